"""What a container allows, read from cgroup trees of either kind."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.machine import Machine, detect_machine

GIB = 2**30
OWN_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
MEMINFO = f"MemTotal: {64 * 2**20} kB\nMemFree: 1024 kB\nMemAvailable: {48 * 2**20} kB\nHugePages_Total: 0\n"


@pytest.fixture
def tree(tmp_path):
    """Write a file system's root with the files given."""

    def plant(files, meminfo=MEMINFO):
        for name, text in {"proc/meminfo": meminfo, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return plant


def v2(**files):
    return {f"sys/fs/cgroup/{name.replace('_', '.', 1)}": text for name, text in files.items()}


def test_without_a_limit_all_cores_and_all_memory_may_be_used(tree):
    machine = detect_machine(tree({}))
    assert machine.cores == OWN_CORES
    assert machine.memory_bytes == 64 * GIB
    assert machine.available_memory_bytes == 48 * GIB
    assert machine.free_disk_bytes > 0


def test_limits_of_cgroup_v2_are_kept(tree):
    machine = detect_machine(tree(v2(cpu_max="50000 100000\n", memory_max=f"{4 * GIB}\n", memory_current=f"{GIB}\n")))
    assert machine.cores == 0.5
    assert machine.usable_cores == 1
    assert machine.memory_bytes == 4 * GIB
    assert machine.available_memory_bytes == 3 * GIB


def test_limits_of_cgroup_v1_are_kept(tree):
    files = {
        "cpu/cpu.cfs_quota_us": "25000\n",
        "cpu/cpu.cfs_period_us": "100000\n",
        "memory/memory.limit_in_bytes": f"{2 * GIB}\n",
        "memory/memory.usage_in_bytes": f"{GIB // 2}\n",
    }
    machine = detect_machine(tree({f"sys/fs/cgroup/{name}": text for name, text in files.items()}))
    assert machine.cores == 0.25
    assert machine.memory_bytes == 2 * GIB
    assert machine.available_memory_bytes == 2 * GIB - GIB // 2


@pytest.mark.parametrize(
    "files",
    [
        v2(cpu_max="max 100000\n", memory_max="max\n", memory_current=f"{GIB}\n"),
        {
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{GIB}\n",
        },
    ],
    ids=["v2", "v1"],
)
def test_a_cgroup_without_limits_limits_nothing(tree, files):
    machine = detect_machine(tree(files))
    assert (machine.cores, machine.memory_bytes, machine.available_memory_bytes) == (OWN_CORES, 64 * GIB, 48 * GIB)


def test_a_limit_above_what_the_machine_has_changes_nothing(tree):
    machine = detect_machine(tree(v2(cpu_max="100000000 100000\n", memory_max=f"{512 * GIB}\n", memory_current="0\n")))
    assert (machine.cores, machine.memory_bytes, machine.available_memory_bytes) == (OWN_CORES, 64 * GIB, 48 * GIB)


@pytest.mark.parametrize(
    "files",
    [
        {
            "sys/fs/cgroup/memory.max": f"{4 * GIB}",
            "sys/fs/cgroup/memory.current": f"{4 * GIB}",
            "sys/fs/cgroup/memory.stat": f"anon {GIB}\nfile {3 * GIB}\ninactive_file {3 * GIB}\n",
        },
        {
            "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{4 * GIB}",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{4 * GIB}",
            "sys/fs/cgroup/memory/memory.stat": f"inactive_file 0\ntotal_inactive_file {3 * GIB}\n",
        },
    ],
    ids=["v2", "v1"],
)
def test_memory_that_only_holds_files_read_is_free(tree, files):
    assert detect_machine(tree(files)).available_memory_bytes == 3 * GIB


def test_more_memory_used_than_allowed_leaves_none(tree):
    files = v2(memory_max=f"{GIB}\n", memory_current=f"{2 * GIB}\n")
    assert detect_machine(tree(files)).available_memory_bytes == 0


def test_without_any_facts_a_small_machine_is_assumed(tmp_path):
    machine = detect_machine(tmp_path)
    assert machine.memory_bytes == 2 * GIB
    assert machine.available_memory_bytes == 2 * GIB
    assert machine.cores == OWN_CORES


def test_an_old_kernel_that_names_no_available_memory_is_taken_at_its_total(tree):
    assert detect_machine(tree({}, meminfo="MemTotal: 1048576 kB\n")).available_memory_bytes == GIB


@pytest.mark.parametrize("text", ["", "max", "50000", "0 100000", "50000 0", "a b", "-1 100000", "1 2 3", b"\xff\xfe"])
def test_an_odd_cpu_limit_limits_nothing(tree, text):
    machine = detect_machine(tree({"sys/fs/cgroup/cpu.max": text}))
    assert machine.cores == OWN_CORES


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=40), st.sampled_from(["cpu.max", "memory.max", "memory.current", "memory.stat"]))
def test_whatever_the_files_say_a_machine_is_found(tmp_path_factory, content, name):
    root = tmp_path_factory.mktemp("root")
    (root / "proc").mkdir()
    (root / "proc/meminfo").write_bytes(MEMINFO.encode() + content)
    (root / "sys/fs/cgroup").mkdir(parents=True)
    (root / "sys/fs/cgroup/memory.max").write_text(str(GIB))
    (root / "sys/fs/cgroup" / name).write_bytes(content)
    machine = detect_machine(root)
    assert machine.cores > 0
    assert machine.usable_cores >= 1
    assert 0 <= machine.available_memory_bytes <= machine.memory_bytes


@pytest.mark.parametrize(("cores", "usable"), [(0.1, 1), (1.0, 1), (1.9, 1), (2.0, 2), (63.5, 63)])
def test_only_whole_cores_are_used_and_at_least_one(cores, usable):
    assert Machine(cores, GIB, GIB, GIB).usable_cores == usable


def test_this_machine_is_detected(tmp_path):
    machine = detect_machine(disk=tmp_path)
    assert 0 < machine.cores <= OWN_CORES
    assert 0 < machine.available_memory_bytes <= machine.memory_bytes
    assert machine.free_disk_bytes > 0


@pytest.mark.parametrize(
    ("files", "pressure"),
    [
        ({}, 0.0),
        ({"proc/pressure/cpu": "some avg10=62.50 avg60=10.00 avg300=1.00 total=9\n"}, 0.625),
        (
            {
                "proc/pressure/cpu": "some avg10=90.00 avg60=10.00 avg300=1.00 total=9\n",
                "sys/fs/cgroup/cpu.pressure": "some avg10=5.00 avg60=1.00 avg300=1.00 total=9\nfull avg10=0.00\n",
            },
            0.05,
        ),
        ({"proc/pressure/cpu": "nonsense\nsome avg10=much\n"}, 0.0),
    ],
)
def test_how_much_waits_for_a_core(tree, files, pressure):
    assert detect_machine(tree(files)).pressure == pressure


@pytest.mark.parametrize(("cores", "pressure", "threads"), [(8, 0.1, 8), (8, 0.9, 4), (2, 0.9, 1), (1, 0.9, 1)])
def test_on_a_busy_machine_a_model_gets_fewer_threads(cores, pressure, threads):
    assert Machine(cores, GIB, GIB, GIB, pressure).threads == threads


def test_a_group_within_the_container_is_kept_too(tree):
    root = tree(
        {
            "proc/self/cgroup": "0::/jobs/one\n",
            "sys/fs/cgroup/memory.max": f"{8 * GIB}\n",
            "sys/fs/cgroup/jobs/one/memory.max": f"{2 * GIB}\n",
            "sys/fs/cgroup/jobs/one/memory.current": f"{GIB}\n",
            "sys/fs/cgroup/jobs/cpu.max": "150000 100000\n",
        }
    )
    machine = detect_machine(root)
    assert machine.memory_bytes == 2 * GIB
    assert machine.available_memory_bytes == GIB
    assert machine.cores == min(1.5, OWN_CORES)


def test_a_group_of_v1_within_the_container_is_kept_too(tree):
    root = tree(
        {
            "proc/self/cgroup": "9:memory:/job\n4:cpu,cpuacct:/job\n",
            "sys/fs/cgroup/memory/job/memory.limit_in_bytes": f"{2 * GIB}\n",
            "sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "50000\n",
            "sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
        }
    )
    assert detect_machine(root).memory_bytes == 2 * GIB
    assert detect_machine(root).cores == 0.5
