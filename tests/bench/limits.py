"""A control group with little memory and few cores for the processes of a benchmark, and the memory they take."""

import contextlib
import os
import shlex
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PERIOD_US = 100_000


class Limits:
    """A group of this process's own group, for processes whose command is made by `command`.

    Made where control groups can be written, of either version; raises `OSError` elsewhere.
    """

    def __init__(self, memory_bytes, cores):
        self.folders = []
        name = f"genie-bench-{os.getpid()}"
        places = {c: place for _, c, place in (x.split(":", 2) for x in Path("/proc/self/cgroup").read_text().split())}
        self._old = (ROOT / "memory").is_dir()
        try:
            if self._old:
                self.memory = self._make(ROOT / "memory" / places["memory"].strip("/") / name)
                (self.memory / "memory.limit_in_bytes").write_text(str(memory_bytes))
                cpu = next(controllers for controllers in places if "cpu" in controllers.split(","))
                quota = self._make(ROOT / cpu / places[cpu].strip("/") / name)
                (quota / "cpu.cfs_period_us").write_text(str(PERIOD_US))
                (quota / "cpu.cfs_quota_us").write_text(str(int(cores * PERIOD_US)))
            else:
                self.memory = self._make(ROOT / places[""].strip("/") / name)
                (self.memory / "memory.max").write_text(str(memory_bytes))
                (self.memory / "cpu.max").write_text(f"{int(cores * PERIOD_US)} {PERIOD_US}")
        except OSError:
            self.remove()
            raise

    def _make(self, folder):
        folder.mkdir()
        self.folders.append(folder)
        return folder

    def command(self, words):
        """Give a command that runs another one in the group."""
        enter = "".join(f"echo $$ > {shlex.quote(str(folder / 'cgroup.procs'))} && " for folder in self.folders)
        return ["sh", "-c", f'{enter}exec "$@"', "sh", *words]

    def peak_bytes(self):
        """Most that the group ever held: files that were read lately are part of it."""
        return int((self.memory / ("memory.max_usage_in_bytes" if self._old else "memory.peak")).read_text())

    def kills(self):
        """How many of its processes the system has ended for lack of memory."""
        lines = (self.memory / ("memory.oom_control" if self._old else "memory.events")).read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))

    def remove(self):
        """Take the group away, once its processes have ended."""
        for folder in self.folders:
            for _ in range(50):
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                time.sleep(0.1)


def processes(workspace):
    """List (pid, command line) of the processes that name a workspace in their command."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if any(str(workspace) in word for word in words):
                    found.append((int(folder.name), " ".join(words)))
    return found


def memory_of(pid):
    """Give a process's own memory in bytes, with its share of what it shares with others; 0 once it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
