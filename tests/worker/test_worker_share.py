"""How much of a core a run gets: by the kernel's account, of late, and unknown where nobody tells."""

import pytest

from genie_widgets.worker.share import CALM, LEAST_WANTED_S, MOST, TRIED_S, Share, account_of_thread, felt_pressure


class Core:
    """A core that gives a thread a share of the time it wants."""

    def __init__(self):
        self.ran = self.waited = 0.0

    def work(self, seconds, slowness):
        self.ran += seconds
        self.waited += (slowness - 1) * seconds

    def __call__(self):
        return self.ran, self.waited


@pytest.fixture
def core():
    return Core()


def test_nothing_is_known_before_anything_was_wanted(core):
    share = Share(core)
    assert share.slowness() is None
    core.work(0.5 * LEAST_WANTED_S, 1.0)
    assert share.slowness() is None


def test_a_core_shared_with_eight_others_makes_a_second_take_nine(core):
    share = Share(core)
    core.work(0.3, 9.0)
    assert share.slowness() == pytest.approx(9.0)


def test_what_was_before_the_run_does_not_count(core):
    core.work(100.0, 9.0)
    share = Share(core)
    core.work(1.0, 2.0)
    assert share.slowness() == pytest.approx(2.0)


def test_only_the_last_seconds_count(core):
    share = Share(core)
    for slowness in (8.0, 8.0, 1.5, 1.5, 1.5):
        core.work(2.0, slowness)
        share.slowness()
    assert share.slowness() == pytest.approx(1.5)


def test_a_core_that_is_nearly_free_counts_as_free_and_nothing_is_planned_beyond_a_twelfth(core):
    share = Share(core)
    core.work(1.0, (1 + CALM) / 2)
    assert share.slowness() == 1.0
    core.work(3.0, 50.0)
    assert share.slowness() == MOST


def test_a_thread_that_only_sleeps_tells_nothing_new(core):
    share = Share(core)
    core.work(1.0, 4.0)
    assert [share.slowness() for _ in range(5)] == [pytest.approx(4.0)] * 5


def test_a_system_that_tells_nothing_is_not_guessed_at(tmp_path):
    assert account_of_thread(tmp_path) is None
    assert Share(lambda: account_of_thread(tmp_path)).slowness() is None


@pytest.mark.parametrize(
    ("text", "account"), [("2000000000 500000000 17\n", (2.0, 0.5)), ("", None), ("-\n", None), ("1\n", None)]
)
def test_the_kernels_account_is_read_in_seconds(tmp_path, text, account):
    folder = tmp_path / "proc" / "thread-self"
    folder.mkdir(parents=True)
    (folder / "schedstat").write_text(text)
    found = account_of_thread(tmp_path)
    assert found == (None if account is None else pytest.approx(account))


@pytest.mark.parametrize("slowness", [1.0, 4 / 3, 4.0])
def test_pressure_is_felt_by_working_for_a_moment(core, slowness):
    def account():
        core.work(0.01, slowness)
        return core.ran, core.waited

    assert felt_pressure(account) == pytest.approx(1 - 1 / slowness)
    assert core.ran + core.waited <= TRIED_S + 0.02 * slowness


def test_what_is_hardly_ever_given_a_core_is_not_tried_for_long(core):
    now = iter(range(100))
    assert felt_pressure(core, lambda: next(now)) is None
    assert next(now) < 5
    assert felt_pressure(lambda: None) is None
