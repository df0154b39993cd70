"""The alias `champion` in a real registry: given, moved, and given back to the one before."""

import pytest

from genie_widgets.schema import GenieError, Tracking
from genie_widgets.track import Tracker, go_back, promote, registry_name

pytestmark = pytest.mark.slow


def test_the_alias_moves_and_goes_back(asked_and_found, tmp_path):
    import mlflow

    tracker = Tracker("", tmp_path)
    tracker._prepare()
    uri = tracker._uri
    client = mlflow.MlflowClient(uri, registry_uri=uri)
    _, found = asked_and_found()
    name = registry_name(found)
    client.create_registered_model(name)

    def recorded(genie_id):
        run = client.create_run(tracker._experiment_id, tags={"genie.run_id": genie_id})
        return found.model_copy(
            update={"run_id": genie_id, "tracking": Tracking(uri=uri, experiment="genie", run_id=run.info.run_id)}
        )

    def version(result):
        return client.create_model_version(name, str(tmp_path), run_id=result.tracking.run_id).version

    first, second, unregistered = (recorded(letter * 32) for letter in "abc")
    version(first)
    newer = version(first)
    assert promote(uri, first) == "a" * 32
    assert client.get_model_version_by_alias(name, "champion").version == newer
    best = version(second)
    assert promote(uri, second) == "b" * 32
    assert promote(uri, second) == "b" * 32
    assert client.get_model_version_by_alias(name, "champion").version == best
    with pytest.raises(GenieError) as told:
        promote(uri, unregistered)
    assert told.value.problem.code == "not-registered"
    assert go_back(uri, second) == "a" * 32
    assert client.get_model_version_by_alias(name, "champion").version == newer
    assert go_back(uri, first) == ""
    assert go_back(uri, first) == ""
    assert "champion" not in client.get_registered_model(name).aliases
