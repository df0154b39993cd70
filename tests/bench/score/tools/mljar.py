"""mljar-supervised in its mode for real use; needs `pip install mljar-supervised` in an environment of its own."""

from importlib.metadata import version

from job import Job
from supervised import AutoML

METRICS = {"roc_auc": "auc", "log_loss": "logloss", "root_mean_squared_error": "rmse"}
TASKS = {"binary": "binary_classification", "multiclass": "multiclass_classification", "regression": "regression"}

job = Job()
automl = AutoML(
    results_path=str(job.folder / "mljar"),
    mode="Perform",
    ml_task=TASKS[job.problem_type],
    eval_metric=METRICS[job.metric],
    total_time_limit=job.seconds,
    explain_level=0,
    n_jobs=1,
    random_state=0,
    verbose=0,
)
with job.timed("fit_s"):
    automl.fit(job.train[job.features], job.train[job.target])
with job.timed("predict_s"):
    if job.is_regression:
        predicted, classes = automl.predict(job.test[job.features]), None
    else:
        predicted = automl.predict_proba(job.test[job.features])
        classes = [name.removeprefix("prediction_") for name in automl.predict_all(job.test[job.features].head(2))][:-1]
job.answer(predicted, classes, version=version("mljar-supervised"), models=[automl._best_model.get_name()])
