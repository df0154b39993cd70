"""The steps that train the reader: Adam, with decay of the layers' matrices, and the running mean of the weights."""

import time

import jax
import jax.numpy as jnp
import numpy as np
from joint import loss
from sequences import in_batches

REQUESTS = 8
HEAD_RATE, DECAY, LONGEST_STEP, AVERAGED = 1e-3, 0.01, 1.0, 0.997
WARMING = 80
# The words, and the layers that read every part alone, learn more slowly.
LOWER = 0.5
# The roles' part of the head begins at nothing, and may learn faster.
OF_ROLE_RATE = 4


def rates_of(p, rate, head_rate):
    """The rate of each array."""
    head = {name: head_rate * (OF_ROLE_RATE if name.startswith("role") else 1) for name in p["head"]}
    own = {
        name: jax.tree.map(lambda _, own=own: own, p[name])
        for name, own in (("words", LOWER * rate), ("lower", LOWER * rate), ("layers", rate))
    }
    return {**own, "head": head}


def decays_of(p):
    """The decay of each array: of matrices, but not of words, most of which a step does not see."""
    made = jax.tree.map(lambda own: DECAY if own.ndim == 2 else 0.0, p)
    return {**made, "words": jax.tree.map(lambda _: 0.0, p["words"])}


@jax.jit
def stepped(p, first, second, averaged, table, batch, asked, key, rate, head_rate, step):
    """One step."""
    (_, parts), gradient = jax.value_and_grad(loss, has_aux=True)(p, table, batch, asked, key)
    size = jnp.sqrt(sum((g**2).sum() for g in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda g: g * jnp.minimum(1.0, LONGEST_STEP / (size + 1e-9)), gradient)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)

    def new(p, m, v, rate, decay):
        return p - rate * (m / (1 - 0.9**step) / (jnp.sqrt(v / (1 - 0.999**step)) + 1e-8) + decay * p)

    p = jax.tree.map(new, p, first, second, rates_of(p, rate, head_rate), decays_of(p))
    share = jnp.minimum(AVERAGED, (1 + step) / (10 + step))
    averaged = jax.tree.map(lambda a, p: share * a + (1 - share) * p, averaged, p)
    return p, first, second, averaged, parts


class Training:
    """What is trained, and how far it is.

    Parameters
    ----------
    p : dict
        Weights to begin with.
    table : pair of array
        That of `Pieces`.
    ahead : Ahead
        Makes the batches.
    rate : float
        Of the layers, at its highest.
    seed : int
        Of the order; another one where training goes on, or the same would be read first again.
    """

    def __init__(self, p, table, ahead, rate, seed):
        self.p = self.averaged = jax.tree.map(jnp.asarray, p)
        self.first, self.second = (jax.tree.map(jnp.zeros_like, self.p) for _ in range(2))
        self.table, self.ahead, self.rate = table, ahead, rate
        self.rng, self.key = np.random.default_rng(seed), jax.random.PRNGKey(seed)
        self.step, self.seen = 0, []

    def steps(self, rows, n_asked, total, minutes, size):
        """Take a step after the other, until there were so many or so much time has passed.

        Parameters
        ----------
        rows : Rows
            Of those that `ahead` has, each pass takes as many as their shares say.
        n_asked : int
            Requests that `ahead` has.
        total, minutes : int, float
            Whichever is reached first.
        size : int
            Sentences of a batch.
        """
        began = time.time()
        for sentences, requests in self.ahead.batches(self._jobs(rows, n_asked, size)):
            done = max(self.step / total, (time.time() - began) / 60 / minutes)
            if done >= 1:
                return
            self._step(sentences, requests, min(1, (self.step + 1) / WARMING) * max(0.02, 1 - done))
            yield self.step
            if self.step % 50 == 0:
                of_last = ", ".join(f"{value:.3f}" for value in np.mean(self.seen[-50:], axis=0))
                print(f"{self.step} of {total}, {time.time() - began:.0f} s: {of_last}", flush=True)

    def _jobs(self, rows, n_asked, size):
        """Numbers of sentences and of requests, without an end."""
        order, lengths = [], np.array(rows.lengths())
        while True:
            own = np.flatnonzero(self.rng.random(len(lengths)) < rows.shares)
            for chosen in in_batches(lengths[own], size, self.rng):
                if len(order) < REQUESTS:
                    order = list(self.rng.permutation(n_asked))
                some, order = order[:REQUESTS], order[REQUESTS:]
                yield own[chosen], some, int(self.rng.integers(2**62))

    def _step(self, sentences, requests, scale):
        self.step, (self.key, used) = self.step + 1, jax.random.split(self.key)
        self.p, self.first, self.second, self.averaged, parts = stepped(
            self.p, self.first, self.second, self.averaged, self.table, sentences, requests,
            used, self.rate * scale, HEAD_RATE * scale, self.step,
        )  # fmt: skip
        self.seen.append(parts)
