"""The promoting process: ``python -m genie_widgets.worker.promoting RUN_DIR [back]``; MLflow is loaded here alone.

Makes the run the champion of its table and target in MLflow's registry, or gives the alias back to the one before;
the workspace keeps who it is, so that a list of runs needs no MLflow. The last line printed is the answer, as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(path: Path, *, back: bool) -> None:
    """Promote, note it, and print the champion's run or the problem."""
    from genie_widgets.schema import GenieError
    from genie_widgets.store import Champions, RunFolder
    from genie_widgets.track import go_back, promote, registry_name, registry_uri, with_credentials

    folder = RunFolder(path)
    workspace = folder.path.parent.parent
    request, result = folder.read_request(), folder.read_result()
    assert result is not None
    uri = registry_uri(with_credentials(request.tracking_uri), workspace)
    try:
        champion = (go_back if back else promote)(uri, result)
    except GenieError as error:
        sys.stdout.write(json.dumps({"problem": error.problem.model_dump(mode="json")}) + "\n")
        return
    Champions(workspace).note(registry_name(result), champion)
    sys.stdout.write(json.dumps({"champion": champion}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), back=sys.argv[2:] == ["back"])
