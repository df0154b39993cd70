"""FLAML as its guide shows it; needs `pip install "flaml[automl]" catboost "pandas<3"` in an environment of its own."""

import flaml
from job import Job

METRICS = {"roc_auc": "roc_auc", "log_loss": "log_loss", "root_mean_squared_error": "rmse"}

job = Job()
automl = flaml.AutoML()
with job.timed("fit_s"):
    automl.fit(
        job.train[job.features],
        job.train[job.target],
        task="regression" if job.is_regression else "classification",
        metric=METRICS[job.metric],
        time_budget=job.seconds,
        n_jobs=1,
        seed=0,
        verbose=0,
    )
with job.timed("predict_s"):
    predicted = automl.predict(job.test) if job.is_regression else automl.predict_proba(job.test)
job.answer(
    predicted,
    None if job.is_regression else automl.classes_,
    version=flaml.__version__,
    models=[automl.best_estimator],
)
