"""The record of a run in MLflow. A server that is down costs a record, never a run."""

from genie_widgets.track.address import be_quiet, has_store, local_uri, with_credentials, without_credentials
from genie_widgets.track.blank import is_being_made as is_blank_being_made
from genie_widgets.track.blank import is_wanted as is_blank_wanted
from genie_widgets.track.champion import go_back, promote, registry_uri
from genie_widgets.track.facts import registry_name
from genie_widgets.track.own_store import make_blank
from genie_widgets.track.tracker import EXPERIMENT, Tracker

__all__ = [
    "EXPERIMENT",
    "Tracker",
    "be_quiet",
    "go_back",
    "has_store",
    "is_blank_being_made",
    "is_blank_wanted",
    "local_uri",
    "make_blank",
    "promote",
    "registry_name",
    "registry_uri",
    "with_credentials",
    "without_credentials",
]
