"""The record of a run in MLflow. A server that is down costs a record, never a run."""

from genie_widgets.track.address import with_credentials, without_credentials
from genie_widgets.track.tracker import Tracker

__all__ = ["Tracker", "with_credentials", "without_credentials"]
