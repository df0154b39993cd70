"""AutoGluon called by hand with a preset."""

import sys

from autogluon.tabular import TabularPredictor, __version__
from job import Job

job = Job()
predictor = TabularPredictor(
    job.target,
    problem_type=job.problem_type,
    eval_metric=job.metric,
    path=str(job.folder / "models"),
    verbosity=1,
)
with job.timed("fit_s"):
    predictor.fit(job.train, presets=sys.argv[2], time_limit=job.seconds, num_cpus=1)
with job.timed("predict_s"):
    predicted = predictor.predict(job.test) if job.is_regression else predictor.predict_proba(job.test)
job.answer(
    predicted,
    None if job.is_regression else predicted.columns,
    version=__version__,
    models=predictor.model_names(),
)
