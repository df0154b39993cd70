"""Made tables for the benchmarks: mixed columns, a learnable target, any number of rows."""

import numpy as np
import pandas as pd


def churn_table(n_rows, seed=0):
    """Make a binary table of 12 mixed columns whose target depends on five of them."""
    rng = np.random.default_rng(seed)
    tenure = rng.gamma(2.0, 15.0, n_rows).round()
    charges = rng.normal(65, 25, n_rows).round(2)
    contract = rng.choice(["month", "year", "two years"], n_rows, p=[0.55, 0.25, 0.2])
    calls = rng.poisson(1.3, n_rows)
    score = -0.04 * tenure + 0.02 * charges + 1.2 * (contract == "month") + 0.5 * calls - 1.5
    frame = pd.DataFrame(
        {
            "tenure": tenure,
            "monthly_charges": charges,
            "contract": contract,
            "support_calls": calls,
            "region": rng.choice(list("ABCDEFGH"), n_rows),
            "age": rng.integers(18, 90, n_rows),
            "joined": pd.Timestamp("2019-01-01") + pd.to_timedelta(rng.integers(0, 2000, n_rows), unit="D"),
            **{f"noise_{i}": rng.normal(size=n_rows) for i in range(4)},
        }
    )
    frame["churn"] = np.where(rng.random(n_rows) < 1 / (1 + np.exp(-score)), "yes", "no")
    return frame
