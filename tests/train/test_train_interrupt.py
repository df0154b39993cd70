"""A fit that would not end is ended, and nothing else is."""

import gc
import threading
import time
from multiprocessing.pool import ThreadPool

import numpy as np
import pytest

from genie_widgets.train import interrupt
from genie_widgets.train.interrupt import FitInterruptedError, Interrupter

WAIT_S = 30.0


def in_a_thread(target):
    """Run a function in a thread of its own; what it raised, or None."""
    raised = []

    def run():
        try:
            target()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(WAIT_S)
    assert not thread.is_alive(), "the loop still runs"
    return raised[0] if raised else None


def endless():
    while True:
        sum(range(10))


def test_an_endless_loop_is_ended():
    def fit():
        with Interrupter(lambda: True):
            endless()

    assert isinstance(in_a_thread(fit), FitInterruptedError)


def test_a_loop_goes_on_until_it_must_end():
    must_end = threading.Event()
    turns = []

    def fit():
        with Interrupter(must_end.is_set):
            while True:
                turns.append(1)
                if len(turns) == 1000:
                    must_end.set()

    assert isinstance(in_a_thread(fit), FitInterruptedError)
    assert len(turns) >= 1000


def test_a_loop_that_swallows_the_first_interrupt_is_interrupted_again():
    swallowed = []

    def fit():
        with Interrupter(lambda: True):
            try:
                endless()
            except FitInterruptedError as error:
                swallowed.append(error)
            endless()

    assert isinstance(in_a_thread(fit), FitInterruptedError)
    assert len(swallowed) == 1


def test_a_model_that_is_skipped_lets_the_next_one_be_fitted():
    fitting = threading.Event()
    fitted = []

    def fit():
        with Interrupter(fitting.is_set):
            for model in ("endless", "quick"):
                try:
                    if model == "endless":
                        fitting.set()
                        endless()
                except FitInterruptedError:
                    fitting.clear()
                    continue
                fitted.append(model)

    assert in_a_thread(fit) is None
    assert fitted == ["quick"]


def test_only_the_threads_own_fit_is_interrupted():
    over = threading.Event()
    turns = []

    def bystander():
        while not over.is_set():
            turns.append(1)
            time.sleep(0.001)

    thread = threading.Thread(target=bystander, daemon=True)
    thread.start()

    def fit():
        with Interrupter(lambda: True):
            endless()

    assert isinstance(in_a_thread(fit), FitInterruptedError)
    before = len(turns)
    while len(turns) == before and thread.is_alive():
        time.sleep(0.001)
    assert thread.is_alive()
    over.set()
    thread.join(WAIT_S)


def test_a_thread_that_is_being_started_is_left_alone(monkeypatch):
    # Python takes a thread that is being started for the one that starts it: the exception killed it before it had
    # said that it runs, and the fit waited for that for ever.
    monkeypatch.setattr(interrupt, "CHECK_INTERVAL_S", 0.0005)
    monkeypatch.setattr(interrupt, "RETRY_INTERVAL_S", 0.0005)
    fitting = threading.Event()
    pools = []

    def model():
        try:
            while True:
                with ThreadPool(2) as pool:
                    pools.append(pool.map(abs, [-1, -2]))
                for _ in range(1000):
                    sum(range(1000))
        except FitInterruptedError:
            return

    def fit():
        with Interrupter(fitting.is_set):
            for _ in range(20):
                try:
                    fitting.set()
                    model()
                    fitting.clear()
                except FitInterruptedError:  # it came after the model
                    fitting.clear()

    assert in_a_thread(fit) is None
    assert set(map(tuple, pools)) == {(1, 2)}


def test_nothing_is_collected_between_the_look_and_the_raise(monkeypatch):
    # What the collector calls may let a thread go on that starts another, which waits for a lock that the look holds.
    collects = []

    def look(frame, *_spared):
        collects.append(gc.isenabled())
        return False

    monkeypatch.setattr(interrupt, "_is_delicate", look)

    def fit():
        with Interrupter(lambda: True):
            endless()

    assert isinstance(in_a_thread(fit), FitInterruptedError)
    assert not any(collects)
    assert gc.isenabled()


def test_a_fit_that_never_comes_back_is_told_as_stuck(monkeypatch):
    monkeypatch.setattr(interrupt, "STUCK_AFTER_S", 0.3)
    come_back = threading.Event()
    told = []

    def stuck():
        told.append(threading.current_thread().name)
        come_back.set()

    def fit():
        with Interrupter(lambda: not come_back.is_set(), stuck):
            assert come_back.wait(WAIT_S)

    assert in_a_thread(fit) is None
    assert told == ["genie-interrupter"]


def test_a_fit_that_is_interrupted_in_time_is_not_told_as_stuck(monkeypatch):
    monkeypatch.setattr(interrupt, "STUCK_AFTER_S", WAIT_S)
    told = []

    def fit():
        with Interrupter(lambda: True, lambda: told.append("stuck")):
            endless()

    assert isinstance(in_a_thread(fit), FitInterruptedError)
    assert told == []


def test_a_fit_that_ends_by_itself_leaves_no_watcher_behind():
    with Interrupter(lambda: False):
        pass
    assert "genie-interrupter" not in [thread.name for thread in threading.enumerate()]


def test_an_error_of_the_fit_is_its_own():
    with pytest.raises(ZeroDivisionError), Interrupter(lambda: False):
        1 / 0  # noqa: B018
    assert "genie-interrupter" not in [thread.name for thread in threading.enumerate()]


def test_a_model_that_is_being_read_again_is_not_interrupted(monkeypatch):
    # LightGBM frees a model before it reads it again: interrupted in between, it freed it twice, and the process died.
    lightgbm = pytest.importorskip("lightgbm")
    monkeypatch.setattr(interrupt, "CHECK_INTERVAL_S", 0.001)
    monkeypatch.setattr(interrupt, "RETRY_INTERVAL_S", 0.001)
    data = lightgbm.Dataset(np.arange(50.0)[:, None], np.arange(50.0))
    booster = lightgbm.train({"verbose": -1, "min_data_in_leaf": 1, "num_threads": 1}, data, num_boost_round=2)
    text = booster.model_to_string()
    reading, asked = [], []
    freed = lightgbm.basic.Booster._free_buffer

    def between(self):
        reading.append(True)
        while len(asked) < 20:
            sum(range(100))
        return freed(self)

    def must_end():
        asked.extend(reading)
        return bool(reading)

    monkeypatch.setattr(lightgbm.basic.Booster, "_free_buffer", between)
    read = []

    def fit():
        with Interrupter(must_end):
            read.append(booster.model_from_string(text))
            endless()

    assert isinstance(in_a_thread(fit), FitInterruptedError)
    assert read
    assert booster.num_trees() == 2


def test_what_c_code_calls_back_is_not_interrupted(monkeypatch):
    # An exception is lost there: XGBoost took the table for shorter at one of four readings, and the process died.
    xgboost = pytest.importorskip("xgboost")
    monkeypatch.setattr(interrupt, "CHECK_INTERVAL_S", 0.001)
    monkeypatch.setattr(interrupt, "RETRY_INTERVAL_S", 0.001)
    reading, asked = [], []
    handled = xgboost.core.DataIter._handle_exception

    def beside(self, *arguments):
        reading.append(True)
        while len(asked) < 20:
            sum(range(100))
        return handled(self, *arguments)

    def must_end():
        asked.extend(reading[:1])
        return bool(reading)

    monkeypatch.setattr(xgboost.core.DataIter, "_handle_exception", beside)
    read = []

    def fit():
        with Interrupter(must_end):
            read.append(xgboost.QuantileDMatrix(np.arange(50.0)[:, None], np.arange(50.0)))
            endless()

    assert isinstance(in_a_thread(fit), FitInterruptedError)
    # Where the exception comes up after the reading, the matrix may be lost; a shorter one must not be.
    assert all(matrix.num_row() == 50 for matrix in read)
    assert len(reading) > 4


def test_the_watch_goes_on_after_a_long_wait_that_must_not_be_interrupted(monkeypatch):
    monkeypatch.setattr(interrupt, "STUCK_AFTER_S", 0.2)
    monkeypatch.setattr(interrupt, "CHECK_INTERVAL_S", 0.01)
    gave_up, once = threading.Event(), interrupt.Interrupter._end_fit

    def noted(self):
        found = once(self)
        if not found:
            gave_up.set()
        return found

    monkeypatch.setattr(interrupt.Interrupter, "_end_fit", noted)

    def fit():
        with Interrupter(lambda: True):
            assert gave_up.wait(WAIT_S)  # in the threading module
            endless()

    assert isinstance(in_a_thread(fit), FitInterruptedError)


def test_where_the_fit_went_on_during_the_look_it_is_looked_at_again(monkeypatch):
    looks, look = [], interrupt._is_delicate
    turns = []

    def slow(frame, spared=()):
        looks.append(len(turns))
        found = look(frame, spared)
        if len(looks) == 1:
            before = len(turns)
            while len(turns) == before:  # lends the interpreter's lock
                time.sleep(0.001)
        return found

    monkeypatch.setattr(interrupt, "_is_delicate", slow)

    def step():
        turns.append(1)

    def fit():
        with Interrupter(lambda: True):
            while True:
                step()

    assert isinstance(in_a_thread(fit), FitInterruptedError)
    assert looks
