"""A table may take a share of what the container allows, wherever its limit stands."""

import pytest

from genie_widgets.data.memory import SHARE, table_budget_bytes

GIB = 2**30


@pytest.mark.parametrize("group", ["", "jobs/one"])
def test_the_share_is_of_the_smallest_limit_around_this_process(tmp_path, group):
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text(f"MemTotal: {64 * GIB // 1024} kB\n")
    (tmp_path / "proc/self/cgroup").write_text(f"0::/{group}\n")
    folder = tmp_path / "sys/fs/cgroup" / group
    folder.mkdir(parents=True)
    (folder / "memory.max").write_text(f"{4 * GIB}\n")
    assert table_budget_bytes(tmp_path) == int(SHARE * 4 * GIB)
