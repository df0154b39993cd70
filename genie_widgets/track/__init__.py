"""The record of a run in MLflow. A server that is down costs a record, never a run."""

from genie_widgets.track.tracker import Tracker

__all__ = ["Tracker"]
