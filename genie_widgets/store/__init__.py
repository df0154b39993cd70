"""The run folder: a run is a folder, its events are the truth, and any process can open it."""

from genie_widgets.store.champions import Champions
from genie_widgets.store.costs import costs, note_cost
from genie_widgets.store.folder import RunFolder, default_workspace, list_run_ids
from genie_widgets.store.heartbeat import beats_elsewhere
from genie_widgets.store.lock import hold_alone
from genie_widgets.store.oom import oom_kills
from genie_widgets.store.outlook import outlook
from genie_widgets.store.pace import note_turn, pace
from genie_widgets.store.people import People
from genie_widgets.store.places import expected_place, given_and_spent, place_behind, trainings_at_once
from genie_widgets.store.queue import stopped_waiting, take_ticket
from genie_widgets.store.spent import seconds_spent
from genie_widgets.store.view import RunView, fold

__all__ = [
    "Champions",
    "People",
    "RunFolder",
    "RunView",
    "beats_elsewhere",
    "costs",
    "default_workspace",
    "expected_place",
    "fold",
    "given_and_spent",
    "hold_alone",
    "list_run_ids",
    "note_cost",
    "note_turn",
    "oom_kills",
    "outlook",
    "pace",
    "place_behind",
    "seconds_spent",
    "stopped_waiting",
    "take_ticket",
    "trainings_at_once",
]
