"""What the results say: per table, by rank, and who took more than its seconds."""

import pandas as pd
from judging import METRICS, ranks

# More than its seconds by a tenth is an overrun.
TOLERATED = 1.1


def report(lines, seconds, seed):
    """Print the figures of one number of seconds."""
    found = pd.DataFrame([line for line in lines if (line["seconds"], line["seed"]) == (seconds, seed)])
    if found.empty:
        print("nothing measured yet")
        return
    for column in ("score", "fit_s", "predict_s"):
        if column not in found:
            found[column] = float("nan")
    scores = found.pivot(index="table", columns="tool", values="score")
    about = found.drop_duplicates("table").set_index("table")
    scores = scores.loc[about.index]
    ranked = pd.DataFrame({name: ranks(row, about.problem_type[name]) for name, row in scores.iterrows()}).T
    order = ranked.mean().sort_values().index
    print(f"\n{len(scores)} tables, {seconds} s and one core each, seed {seed}\n")
    _per_table(scores[order], about)
    _by_tool(found, ranked[order], seconds)


def _per_table(scores, about):
    print(f"| table | rows to learn from, columns | metric | {' | '.join(scores.columns)} |")
    print("|---" * (3 + scores.shape[1]) + "|")
    for name, row in scores.iterrows():
        kind = about.problem_type[name]
        best = ranks(row, kind).idxmin()
        cells = ["failed" if pd.isna(value) else f"{value:.5g}" for value in row]
        cells = [f"**{cell}**" if tool == best else cell for tool, cell in zip(row.index, cells, strict=True)]
        size = f"{about.loc[name, 'rows']:,} x {about.loc[name, 'columns']}"
        print(f"| {name} | {size} | {METRICS[kind]} | {' | '.join(cells)} |")


def _by_tool(found, ranked, seconds):
    print("\n| tool | mean rank | tables | first | fit, median s | longest | over its seconds | failed | version |")
    print("|---" * 9 + "|")
    for name in ranked.columns:
        runs = found[found.tool == name]
        over = int((runs.fit_s > TOLERATED * seconds).sum())
        failed = int((runs.failed != "").sum())
        version = ", ".join(sorted(set(runs.version.dropna())))
        print(
            f"| {name} | {ranked[name].mean():.2f} | {len(runs)} | {int((ranked[name] == ranked.min(axis=1)).sum())} | "
            f"{runs.fit_s.median():.1f} | {runs.fit_s.max():.1f} | {over} | {failed} | {version} |"
        )
