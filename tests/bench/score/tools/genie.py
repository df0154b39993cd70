"""Genie as a person runs it: the file, the sentence, the plan confirmed, and the run's own predictions.

The worker starts while the person types, as it does for the panel. Of the plan are
set the metric and the seconds, which all are given; a question is answered as the
person would.
"""

import sys
from pathlib import Path

from job import Job

import genie_widgets as gw
from genie_widgets.schema import Settings
from genie_widgets.session import Session

PROBABILITY = "probability of "
MOST_QUESTIONS = 5


def planned(session, job, quality):
    """Have a plan made, answer what is asked, and set what all tools are given."""
    session.set_prompt(f"predict {job.target}")
    session.make_plan()
    session.wait_idle()
    for _ in range(MOST_QUESTIONS):
        if session.state.plan is not None:
            break
        asked = session.state.answer
        session.answer(job.target if job.target in asked.candidates else asked.candidates[0])
        session.wait_idle()
    wanted = {"target": job.target, "problem_type": job.problem_type, "metric": job.metric}
    session.edit_plan(**wanted, time_limit_s=job.seconds, quality=quality)
    session.wait_idle()
    if session.state.plan is None or session.state.plan.blockers:
        raise SystemExit(f"no plan: {session.state.answer}")
    return session.state.plan


def main():
    job = Job()
    session = Session(Settings(workspace=Path("workspace").resolve()))
    try:
        session.load_table(job.train_path)
        session.wait_idle()
        plan = planned(session, job, sys.argv[2])
        session.wait_worker_ready()
        with job.timed("fit_s"):
            session.confirm()
            session.wait_idle()
            result = session.run.wait()
        with job.timed("predict_s"):
            predicted = session.run.predict(job.test)
        # What is still written after the end is not to take the next tool's seconds.
        session.run.wait_recorded()
        events = session.run.events()
    finally:
        session.close()
    shares = predicted.filter(like=PROBABILITY)
    job.answer(
        predicted["prediction"] if job.is_regression else shares,
        None if job.is_regression else [name.removeprefix(PROBABILITY) for name in shares],
        version=gw.__version__,
        ignored=list(plan.ignore),
        validation=plan.validation.kind,
        models={e.model: [e.score_validation, e.fit_s] for e in events if e.type == "model_finished"},
        timings=result.timings,
        best_model=getattr(result, "delivered_model", "") or result.best_model,
        n_train=result.n_train,
    )


if __name__ == "__main__":
    main()
