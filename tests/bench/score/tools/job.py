"""What a tool is given, and what it gives back; imports nothing that a tool's own environment may lack."""

import json
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pandas as pd


class Job:
    """The rows, the target, the metric and the seconds; and a folder for what the tool writes."""

    def __init__(self):
        self.folder = Path(sys.argv[1])
        for name, value in json.loads((self.folder / "job.json").read_text()).items():
            setattr(self, name, value)
        self.train_path = self.folder / "train.csv"
        self.train = pd.read_csv(self.train_path)
        self.test = pd.read_csv(self.folder / "test.csv")
        self.is_regression = self.problem_type == "regression"
        if not self.is_regression:
            self.train[self.target] = self.train[self.target].astype(str)
        self.features = [name for name in self.train.columns if name != self.target]
        self.told = {}

    @contextmanager
    def timed(self, name):
        """Note how long something took."""
        started = time.perf_counter()
        yield
        self.told[name] = round(time.perf_counter() - started, 2)

    def answer(self, predicted, classes=None, **told):
        """Write the predictions of the test rows and what else is worth knowing."""
        columns = ["number"] if classes is None else [str(name) for name in classes]
        values = getattr(predicted, "values", predicted)
        frame = pd.DataFrame(values.reshape(len(self.test), -1), columns=columns)
        frame.to_csv(self.folder / "predicted.csv", index=False)
        (self.folder / "told.json").write_text(json.dumps({**self.told, **told}))
