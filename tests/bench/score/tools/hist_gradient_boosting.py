"""scikit-learn's HistGradientBoosting as it comes; it takes the seconds that it takes."""

import sklearn
from job import Job
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

# It takes no more categories than these.
MOST_CATEGORIES = 250

job = Job()
train, test = job.train[job.features].copy(), job.test[job.features].copy()
for name in train.select_dtypes(exclude="number"):
    kept = train[name].astype(str).where(train[name].notna()).value_counts().index[:MOST_CATEGORIES]
    for part in (train, test):
        text = part[name].astype(str).where(part[name].notna())
        part[name] = text.where(text.isin(kept)).astype("category").cat.set_categories(kept)
kind = HistGradientBoostingRegressor if job.is_regression else HistGradientBoostingClassifier
model = kind(random_state=0, categorical_features="from_dtype")
with job.timed("fit_s"):
    model.fit(train, job.train[job.target])
with job.timed("predict_s"):
    predicted = model.predict(test) if job.is_regression else model.predict_proba(test)
job.answer(predicted, None if job.is_regression else model.classes_, version=sklearn.__version__)
