"""The model as MLflow loads it: this file is copied beside the model, and needs no Genie."""

import json
from pathlib import Path

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel  # type: ignore[attr-defined]


class Model(PythonModel):
    """An AutoGluon predictor that answers with a frame."""

    def load_context(self, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        """Load the predictor and what is known of it."""
        from autogluon.tabular import TabularPredictor

        self._facts = json.loads(Path(context.artifacts["facts"]).read_text(encoding="utf-8"))
        self._predictor = TabularPredictor.load(
            context.artifacts["model"], verbosity=0, require_py_version_match=False, check_packages=False
        )

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, ARG002
        """Predict rows: `prediction`, and a column for each class's probability or each quantile."""
        rows = model_input[self._facts["features"]]
        decision = self._facts["decision"]
        if decision:
            # The threshold that was decided on: positive from this probability on.
            probabilities = self._predictor.predict_proba(rows, as_multiclass=True)
            named = {str(label): label for label in probabilities.columns}
            alarm = probabilities[named[decision["positive"]]].astype(float) >= decision["threshold"]
            words = {True: named[decision["positive"]], False: named[decision["negative"]]}
            return pd.DataFrame({"prediction": alarm.map(words)}).join(probabilities.add_prefix("probability of "))
        predicted = self._predictor.predict(rows)
        if self._facts["problem_type"] == "quantile":
            middle = min(self._facts["quantile_levels"], key=lambda level: abs(level - 0.5))
            named = predicted.rename(columns=lambda level: f"quantile {level}")
            named.insert(0, "prediction", predicted[middle])
            return named
        frame = pd.DataFrame({"prediction": predicted})
        if self._facts["problem_type"] in ("binary", "multiclass"):
            probabilities = self._predictor.predict_proba(rows, as_multiclass=True)
            return frame.join(probabilities.add_prefix("probability of "))
        interval = self._facts["interval"]
        if interval:
            share, width = interval["level"], interval["half_width"]
            frame[f"low ({share:.0%})"], frame[f"high ({share:.0%})"] = predicted - width, predicted + width
        return frame


set_model(Model())
