"""The common language: frozen values and message unions, with no input or output.

Everything above this floor speaks in these types. The LLM fills a `Plan`, the
worker speaks `Event`, the panel shows a `Problem`, MLflow logs a `RunResult`.
"""

from genie_widgets.schema.allowance import Allowance
from genie_widgets.schema.asking import Reply, Sourced
from genie_widgets.schema.comparison import ComparedFigure, Comparison, PairedDifference, RunSummary
from genie_widgets.schema.decision import Decision, Expected
from genie_widgets.schema.exchange import LLMExchange
from genie_widgets.schema.explanation import (
    Contribution,
    ExplainedOutput,
    Explanation,
    FeatureImportance,
    RowExplanation,
)
from genie_widgets.schema.groups import GroupFigure, GroupReport, GroupRow, Part
from genie_widgets.schema.messages import (
    DriftAccepted,
    Event,
    Failed,
    Finished,
    ModelFinished,
    ModelStarted,
    Queued,
    ResultUpdated,
    Resumed,
    RunStarted,
    SplitMade,
    StageChanged,
    StopRequested,
    Warned,
    decode_event,
    encode_event,
)
from genie_widgets.schema.plan import (
    METRICS,
    Answer,
    Change,
    Evidence,
    MetricInfo,
    Plan,
    ProblemType,
    Question,
    Refusal,
    Validation,
    default_metric,
)
from genie_widgets.schema.problem import GenieError, Problem, columns_missing, nodes_lack_workspace
from genie_widgets.schema.reading import DateOrder, FileLayout, ReadOptions
from genie_widgets.schema.result import (
    Artefact,
    Confusion,
    Curve,
    Drift,
    Evaluation,
    Interval,
    LeaderboardRow,
    MetricValue,
    RunResult,
    Tracking,
    WeakGroup,
)
from genie_widgets.schema.run import NO_FOLDER, ClusterJob, RunRequest, new_run_id, run_id_is_valid
from genie_widgets.schema.settings import LLMSettings, Settings
from genie_widgets.schema.table import ColumnKind, ColumnProfile, TableProfile, ValueCount, finite_number, kind_said
from genie_widgets.schema.what_if import Flip, WhatIf
from genie_widgets.schema.wording import Rewording

__all__ = [
    "METRICS",
    "NO_FOLDER",
    "Allowance",
    "Answer",
    "Artefact",
    "Change",
    "ClusterJob",
    "ColumnKind",
    "ColumnProfile",
    "ComparedFigure",
    "Comparison",
    "Confusion",
    "Contribution",
    "Curve",
    "DateOrder",
    "Decision",
    "Drift",
    "DriftAccepted",
    "Evaluation",
    "Event",
    "Evidence",
    "Expected",
    "ExplainedOutput",
    "Explanation",
    "Failed",
    "FeatureImportance",
    "FileLayout",
    "Finished",
    "Flip",
    "GenieError",
    "GroupFigure",
    "GroupReport",
    "GroupRow",
    "Interval",
    "LLMExchange",
    "LLMSettings",
    "LeaderboardRow",
    "MetricInfo",
    "MetricValue",
    "ModelFinished",
    "ModelStarted",
    "PairedDifference",
    "Part",
    "Plan",
    "Problem",
    "ProblemType",
    "Question",
    "Queued",
    "ReadOptions",
    "Refusal",
    "Reply",
    "ResultUpdated",
    "Resumed",
    "Rewording",
    "RowExplanation",
    "RunRequest",
    "RunResult",
    "RunStarted",
    "RunSummary",
    "Settings",
    "Sourced",
    "SplitMade",
    "StageChanged",
    "StopRequested",
    "TableProfile",
    "Tracking",
    "Validation",
    "ValueCount",
    "Warned",
    "WeakGroup",
    "WhatIf",
    "columns_missing",
    "decode_event",
    "default_metric",
    "encode_event",
    "finite_number",
    "kind_said",
    "new_run_id",
    "nodes_lack_workspace",
    "run_id_is_valid",
]
