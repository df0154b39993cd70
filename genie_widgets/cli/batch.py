"""`genie plan --batch CASES_DIR`: score the planner on a folder of cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from genie_widgets.cli.show import printable
from genie_widgets.schema import Answer, GenieError, Problem, TableProfile


def score_folder(folder: Path, *, show: bool, as_json: bool) -> int:
    """Score the embedded planner on ``cases.jsonl`` with the tables in ``tables/`` and print the figures.

    Parameters
    ----------
    folder : Path
        Holds ``cases.jsonl`` and ``tables/``.
    show : bool
        Print every case that is not right.
    as_json : bool
        Print the figures as JSON, with every case's verdict.

    Returns
    -------
    int
        0; figures are no failure.
    """
    from genie_widgets.intent import make_plan
    from genie_widgets.intent.scoring import Case, read_cases, score_cases, summary, told_profile

    path = folder / "cases.jsonl"
    try:
        cases = read_cases(path.read_text(encoding="utf-8").splitlines(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise GenieError(
            Problem(
                code="no-cases",
                title=f"{path} cannot be read.",
                remedy="Name a folder that holds cases.jsonl and a folder tables/.",
                culprit=str(path),
            )
        ) from error
    profiles: dict[str, TableProfile] = {}

    def profile_of(case: Case) -> TableProfile:
        told = told_profile(case)
        if case.table is None:
            assert told is not None
            return told
        if case.table not in profiles:
            profiles[case.table] = _profile(folder / "tables" / case.table)
        return profiles[case.table]

    # A sentence before there is any table cannot be planned by anybody: the panel does not take one.
    put = [case for case in cases if case.table is not None or case.columns]

    def plan(profile: TableProfile, prompt: str) -> Answer:
        return make_plan(profile, prompt)

    if put:
        plan(profile_of(put[0]), put[0].prompt)  # what is loaded once is no case's time
    scored = list(score_cases(put, profile_of, plan))
    figures = summary(scored) | {"without_any_table": len(cases) - len(put)}
    if as_json:
        judged = [
            {"id": one.case.id, "verdict": one.verdict, "constraints": one.constraints, "invented": one.invented}
            for one in scored
        ]
        print(json.dumps(figures | {"judged": judged}, ensure_ascii=False, indent=2))
        return 0
    if show:
        for one in scored:
            _show(one)
    _print(figures)
    return 0


def _profile(path: Path) -> TableProfile:
    from genie_widgets.data import read_table

    return read_table(path).profile


def _show(one: Any) -> None:
    wrong = [name for name, right in one.constraints.items() if not right]
    if one.verdict in ("right", "kept") and not wrong and not one.invented:
        return
    case, answer = one.case, one.answer
    meant = case.expect or f"{case.target} ({case.problem_type})"
    if answer.status == "plan":
        said = f"{answer.target} ({answer.problem_type})"
    elif answer.status == "question":
        said = f"question about {answer.field}: {', '.join(answer.candidates[:3])}"
    else:
        said = f"refusal: {answer.reason}"
    print(printable(f"{case.id}  {one.verdict}  [{case.lang}] {case.table}: {case.prompt[:200]}").replace("\n", " "))
    print(printable(f"    meant {meant}; said {said}"))
    for name in (*wrong, *one.invented):
        got = answer if answer.status != "plan" else getattr(answer, "asked_to_ignore" if name == "ignore" else name)
        told = got if answer.status == "plan" else "(after the question)"
        print(printable(f"    {name}: meant {getattr(case, name)}; said {told}"))


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" + (f" ({part / whole:.1%})" if whole else "")


def _print(figures: dict[str, Any]) -> None:
    planned = figures["to_be_planned"]
    print(f"{figures['cases']} cases; {planned} have one right plan")
    print(f"  target and type right      {_share(figures['right'], planned)}")
    print(f"  asked, right among three   {_share(figures['asked_right_among_three'], planned)}")
    print(f"  asked, right not among     {_share(figures['asked_right_not_among_three'], planned)}")
    print(f"  wrong without asking       {_share(figures['wrong'], planned)}")
    print(f"  must not be planned, kept  {_share(figures['kept'], figures['must_not_be_planned'])}")
    if figures["kept_otherwise"]:
        print(f"  refused where a question is meant, or asked where a refusal is: {figures['kept_otherwise']}")
    for name, told in figures["constraints"].items():
        print(f"  {name:<26} {_share(told['right'], told['named'])}")
    for name, count in figures["invented"].items():
        print(f"  {name} read where none is named: {count}")
    if figures["without_any_table"]:
        print(f"  not put to the planner, for want of a table: {figures['without_any_table']}")
    for group, values in figures["by"].items():
        for value, part in values.items():
            right = _share(part["right"], part["to_be_planned"])
            kept = _share(part["kept"], part["must_not_be_planned"])
            print(printable(f"  {group:>5} {value:<12} right {right:<19} wrong {part['wrong']:<3} kept {kept}"))
    if figures["cases"]:
        print("  median {median} ms, longest {longest} ms".format(**figures["milliseconds"]))
