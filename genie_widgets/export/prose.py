"""The prose of what is taken away, in Markdown: the bundle's README, and the notebook's cells between its code."""

from __future__ import annotations

from genie_widgets.language import tr

_PREDICT = """```sh
python3 -m venv .venv
.venv/bin/pip install -r requirements.txt
.venv/bin/python predict.py input_example.csv predictions.csv
```"""
_SERVE = """```sh
.venv/bin/pip install -r requirements-serve.txt
.venv/bin/python -m uvicorn serve:app
curl -s localhost:8000/predict -H 'content-type: application/json' -d '{"rows": [{"COLUMN": "CELL"}]}'
```"""
_MLFLOW_SERVES = "`mlflow models serve -m models:/NAME/VERSION --env-manager local`"


def readme(python: str) -> str:
    """Write the bundle's README, for a version of Python."""
    files = {
        "model/": tr("the model, as AutoGluon saved it. It is a pickle: use only bundles from people you trust."),
        "model.json": tr(
            "its columns, in order, the versions it was saved with, and the threshold if one was decided on."
        ),
        "predict.py": tr(
            "reads CSV, Parquet or Excel, writes predictions; import {function} from it for a DataFrame.",
            function="`predict`",
        ),
        "serve.py": tr("the same over HTTP, with its own {file}.", file="`requirements-serve.txt`"),
        "MODEL_CARD.md": tr("what the model is for, how good it is, on which rows, and what to beware of."),
        "report.html": tr("the run's report; it opens without a network."),
    }
    parts = (
        f"# {tr('A trained model')}",
        tr("Use it with Python {version}:", version=python),
        _PREDICT,
        tr("Serve it over HTTP on this machine:"),
        _SERVE,
        tr(
            "Where Genie recorded the run, MLflow serves the same model: {command} with {variable} set to the record's "
            "address (the results' Download tab shows both).",
            command=_MLFLOW_SERVES,
            variable="`MLFLOW_TRACKING_URI`",
        ),
        "\n".join(f"* `{name}`: {what}" for name, what in files.items()),
    )
    return "\n\n".join(parts) + "\n"


def notebook_cells(
    target: str, table: str, prompt: str, verdict: str, split: str, *, is_refitted: bool
) -> dict[str, str]:
    """Write the notebook's prose, by the names that stand for it in the template; what is given is plain already."""
    again = [
        tr(
            "The model that was taken away was trained once more after its score, on the rows of both tables; so is "
            "this one."
        )
    ]
    introduction = (
        f"# {tr('The model of {target}, made again', target=target)}",
        tr(
            'A model of **{target}** from **{table}** was asked for with: "{prompt}". This notebook makes it again '
            "with AutoGluon, pandas and shap alone, from the two tables beside it:",
            target=target,
            table=table,
            prompt=prompt,
        ),
        f"* `learn.parquet`: {tr('the rows that the models learned from;')}\n"
        f"* `score.parquet`: {tr('the rows that were kept apart to score them ({split}).', split=split)}",
        tr("What was found then: {verdict}", verdict=verdict),
        tr("Install what it needs with {command}.", command="`pip install -r requirements.txt`"),
    )
    return {
        "INTRODUCTION": "\n\n".join(introduction),
        "MODELS": _section(
            tr("The models"),
            tr("Each has as many rounds or trees as the time limit let it have then, so no time limit is needed now."),
        ),
        "SCORE": _section(
            tr("The score"),
            tr("On the rows that no model has seen. Other versions or another processor may change the last digits."),
        ),
        "IMPORTANCE": _section(
            tr("What moves the predictions"),
            tr(
                "SHAP values of a few rows: how much each column adds to a prediction, or takes from it. Text and "
                "categories are given to shap as numbers, and turned back before the model is asked."
            ),
        ),
        "NEW_ROWS": _section(
            tr("Predictions for new rows"),
            *(again if is_refitted else []),
            tr(
                "Read them with {function} or its like; the columns must be named as in {table}.",
                function="`pd.read_csv`",
                table="`learn`",
            ),
        ),
    }


def _section(title: str, *texts: str) -> str:
    return "\n\n".join((f"## {title}", *texts))
