"""The queue: first come, first served; the dead give up their places."""

import subprocess
import sys
from contextlib import ExitStack

from genie_widgets.store import take_ticket
from genie_widgets.store.queue import living

HOLDER = """
import sys
from pathlib import Path
from genie_widgets.store import take_ticket
with take_ticket(Path(sys.argv[1]), sys.argv[2]):
    print("here", flush=True)
    sys.stdin.readline()
"""


def holder(folder, name):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "here\n"
    return process


def test_each_sees_who_came_before(tmp_path):
    queue = tmp_path / "queue"
    with ExitStack() as stack:
        tickets = [stack.enter_context(take_ticket(queue, name)) for name in ("a", "b", "c")]
        assert [ticket.before() for ticket in tickets] == [[], ["a"], ["a", "b"]]
    assert list(queue.iterdir()) == [], "whoever leaves takes the ticket along"


def test_whoever_is_killed_gives_up_the_place(tmp_path):
    first = holder(tmp_path, "a")
    with take_ticket(tmp_path, "b") as ticket:
        assert ticket.before() == ["a"]
        first.kill()
        first.communicate()
        assert ticket.before() == []
        assert len(living(tmp_path)) == 1


def test_another_process_is_waited_for_until_it_leaves(tmp_path):
    first = holder(tmp_path, "a")
    with take_ticket(tmp_path, "b") as ticket:
        assert ticket.before() == ["a"]
        first.communicate("\n")
        assert ticket.before() == []
