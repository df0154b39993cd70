"""Batches made ahead by other processes, so that an accelerator need not wait for them."""

import multiprocessing
from threading import Semaphore

import numpy as np
from sequences import requests_batch

# So many batches wait for each process.
WAITING = 8
_own = {}


def made_by(job):
    """A batch of sentences and one of requests: a job is the numbers of both, and of the chance that thins them."""
    chosen, some, seed = job
    rng = np.random.default_rng(seed)
    return _own["rows"].batch(chosen, rng), requests_batch([_own["asked"][i] for i in some], rng)


class Ahead:
    """Makes batches in the order of their jobs.

    Parameters
    ----------
    rows : Rows
        Sentences with a target.
    asked : list of (pieces, kind)
        Requests of every kind.
    n_processes : int
        With 0 batches are made when they are needed. They have to begin before JAX does, since they are forked.
    """

    def __init__(self, rows, asked, n_processes=0):
        _own.update(rows=rows, asked=asked)
        self._pool = multiprocessing.get_context("fork").Pool(n_processes) if n_processes else None
        self._n_processes = n_processes

    def batches(self, jobs):
        """Give (job, batch) of each, as long as they are asked for."""
        if self._pool is None:
            yield from map(made_by, jobs)
            return
        room, ended = Semaphore(WAITING * self._n_processes), []

        def as_there_is_room():
            for job in jobs:
                room.acquire()
                if ended:
                    return
                yield job

        try:
            for made in self._pool.imap(made_by, as_there_is_room()):
                room.release()
                yield made
        finally:
            ended.append(True)
            room.release()
