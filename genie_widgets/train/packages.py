"""What is installed here, looked up once: AutoGluon reads it anew whenever a predictor is saved or loaded."""

from __future__ import annotations

from functools import cache


def remember_packages() -> None:
    """Have AutoGluon look up the installed packages once in this process, not at each save and load.

    It reads the metadata of some two hundred packages each time: two seconds where others use the cores.
    """
    import autogluon.tabular.predictor.predictor as module

    look_up = getattr(module, "get_autogluon_metadata", None)
    if look_up is not None and not hasattr(look_up, "cache_info"):
        module.get_autogluon_metadata = cache(look_up)
