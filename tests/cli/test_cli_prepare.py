"""`genie prepare`: what is compiled once is not compiled again, and a blank store is there to be copied."""

import json
import subprocess
import sys

import pytest

from genie_widgets.track import blank

MISSES = """
import json
from genie_widgets.explain import keep_on_disk, tree_pairs, tree_sets

keep_on_disk()
kernels = (tree_pairs.row_against_background, tree_sets.rows_against_set)
print(json.dumps([[sum(k.stats.cache_hits.values()), sum(k.stats.cache_misses.values())] for k in kernels]))
"""


@pytest.mark.slow
def test_after_it_a_new_process_compiles_nothing(genie, tmp_path, monkeypatch):
    monkeypatch.setattr(blank, "places", lambda: (tmp_path,))
    code, said, complaint = genie("prepare")
    assert (code, complaint) == (0, "")
    assert "kernels are compiled" in said
    assert "blank store for MLflow's records is kept" in said
    assert any(blank.kept())

    # A process of its own: what this one has compiled is in its memory.
    told = subprocess.run([sys.executable, "-c", MISSES], capture_output=True, text=True, check=True)
    for hits, misses in json.loads(told.stdout):
        assert hits >= 1
        assert misses == 0


@pytest.mark.parametrize("what", ["kernels", "blank store"])
def test_where_something_can_not_be_kept_the_image_is_not_taken_for_prepared(genie, monkeypatch, what):
    monkeypatch.setattr("genie_widgets.explain.compiling.keep_on_disk", lambda: what != "kernels")
    monkeypatch.setattr("genie_widgets.track.make_blank", lambda: what != "blank store")
    code, said, _ = genie("prepare")
    assert code == 1
    refused = [line for line in said.splitlines() if "can be kept" in line or "cannot be kept" in line]
    assert len(refused) == 1
    assert what in refused[0]
