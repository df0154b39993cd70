"""The champion of a registered model: the version that carries MLflow's alias, and the one before it."""

from __future__ import annotations

from typing import Any

from genie_widgets.language import tr
from genie_widgets.schema import GenieError, Problem, RunResult
from genie_widgets.track import facts
from genie_widgets.track.address import be_quiet, local_uri

ALIAS = "champion"
# Who carried the alias before: going back needs no memory but the registry's own.
BEFORE = "genie.champion_before"


def promote(uri: str, result: RunResult) -> str:
    """Give a run's newest version the alias `champion`.

    Parameters
    ----------
    uri : str
        The registry's address.
    result : RunResult
        Of a run that is recorded there.

    Returns
    -------
    str
        The run that is the champion now.

    Raises
    ------
    GenieError
        If the run has no registered model there.
    """
    client, name = _client(uri), facts.registry_name(result)
    recorded = result.tracking.run_id if result.tracking is not None else ""
    versions = [
        version
        for version in client.search_model_versions(f"name = '{name}'")
        if recorded and version.run_id == recorded
    ]
    if not versions:
        raise GenieError(
            Problem(
                code="not-registered",
                title=tr("MLflow's registry has no model of this run."),
                remedy=tr("Wait until the run is recorded, then try again."),
                culprit="run",
            )
        )
    newest = max(versions, key=lambda version: int(version.version))
    before = _champion(client, name)
    if before is None or before.version != newest.version:
        client.set_model_version_tag(name, newest.version, BEFORE, "" if before is None else str(before.version))
        client.set_registered_model_alias(name, ALIAS, newest.version)
    return result.run_id


def go_back(uri: str, result: RunResult) -> str:
    """Give the alias back to the version that carried it before.

    Parameters
    ----------
    uri : str
        The registry's address.
    result : RunResult
        Of any run of the same table and target.

    Returns
    -------
    str
        The run that is the champion now; empty where there was none before.
    """
    client, name = _client(uri), facts.registry_name(result)
    now = _champion(client, name)
    if now is None:
        return ""
    earlier = client.get_model_version(name, now.version).tags.get(BEFORE, "")
    if not earlier:
        client.delete_registered_model_alias(name, ALIAS)
        return ""
    client.set_registered_model_alias(name, ALIAS, earlier)
    return str(client.get_run(client.get_model_version(name, earlier).run_id).data.tags.get("genie.run_id", ""))


def _champion(client: Any, name: str) -> Any:
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(name, ALIAS)
    except MlflowException:
        return None


def _client(uri: str) -> Any:
    be_quiet()
    import mlflow

    return mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)


def registry_uri(uri: str, workspace: Any) -> str:
    """Name the registry: the server's, or the workspace's own."""
    return uri or local_uri(workspace)
