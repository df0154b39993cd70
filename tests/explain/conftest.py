"""Tables to explain, and Shapley values by their definition."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest

from genie_widgets.explain import compile_kernels


def brute_force(predict, rows, background):
    """Shapley values straight from the definition, on rows of the same dtypes: (n, m, k)."""
    n, m, columns = len(rows), rows.shape[1], list(rows.columns)
    coalitions = [s for size in range(m + 1) for s in combinations(range(m), size)]
    frames = []
    for row in range(n):
        for coalition in coalitions:
            hybrid = background.reset_index(drop=True)
            for place in coalition:
                cells = rows[columns[place]].iloc[[row] * len(background)]
                hybrid[columns[place]] = cells.reset_index(drop=True)
            frames.append(hybrid)
    values = np.asarray(predict(pd.concat(frames, ignore_index=True)), dtype=float)
    values = values.reshape(n, len(coalitions), len(background), -1).mean(axis=2)

    def weight(size):
        return factorial(size) * factorial(m - size - 1) / factorial(m)

    phi = []
    for row in range(n):
        known = dict(zip(coalitions, values[row], strict=True))
        phi.append(
            [
                sum(weight(len(s)) * (known[tuple(sorted((*s, j)))] - known[s]) for s in known if j not in s)
                for j in range(m)
            ]
        )
    return np.array(phi)


def table_of(explanation, columns, attribute="value"):
    """Contributions as an array (n, m, k)."""
    out = np.empty((explanation.n_rows, len(columns), len(explanation.outputs)))
    for k, output in enumerate(explanation.outputs):
        for n, row in enumerate(output.rows):
            parts = {part.column: getattr(part, attribute) for part in row.contributions}
            out[n, :, k] = [parts[str(name)] for name in columns]
    return out


@pytest.fixture
def shapley():
    return brute_force


@pytest.fixture
def as_array():
    return table_of


@pytest.fixture
def mixed():
    """Numbers with gaps, whole numbers, categories, text, dates and truth values."""
    rng = np.random.default_rng(3)
    n = 60
    frame = pd.DataFrame(
        {
            "num": rng.normal(size=n),
            "int": rng.integers(0, 5, n),
            "cat": pd.Categorical(rng.choice(["a", "b", "c"], n), categories=["c", "a", "b", "never"]),
            "text": rng.choice(["red", "green", "blue car"], n),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D"),
            "flag": rng.random(n) < 0.5,
        }
    )
    frame.loc[::7, "num"] = np.nan
    frame.loc[::11, "day"] = pd.NaT
    frame["cat"] = frame["cat"].where(rng.random(n) > 0.1)
    return frame


def mixed_predict(frame):
    """Wants each dtype as it was, and interactions of up to four columns."""
    assert isinstance(frame["cat"].dtype, pd.CategoricalDtype)
    assert frame["day"].dtype.kind == "M"
    assert frame["flag"].dtype == bool
    assert frame["int"].dtype.kind == "i"
    num = frame["num"].fillna(-2).to_numpy()
    code = frame["cat"].cat.codes.to_numpy()
    month = frame["day"].dt.month.fillna(6).to_numpy()
    red = frame["text"].eq("red").to_numpy()
    flag = frame["flag"].to_numpy()
    z = num * flag + np.where(red & (month > 5), code, 0.3 * num) + 0.1 * frame["int"].to_numpy() * (code > 0)
    p = 1 / (1 + np.exp(-z))
    return np.column_stack([p, 1 - p, p**2])


@pytest.fixture
def predict_mixed():
    return mixed_predict


@pytest.fixture(scope="session")
def kernels():
    """Compiled, however long that takes on a machine that never did."""
    compile_kernels().join()
