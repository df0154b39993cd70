"""Kinds of models that extras bring: which of them may be tried here, by what is installed, a GPU, and licences.

Only kinds that stand here are ever chosen: the code and the weights of each may be used for anything, sold work too.
AutoGluon knows more. The weights of some forbid commercial use; and a saved TabICL reads its weights from the cache of
Hugging Face again when it is loaded, so that no bundle, slim copy or MLflow model of it would stand alone. Mitra saves
its weights with it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from genie_widgets.schema.plan import ProblemType

_log = logging.getLogger(__name__)
# A repository, and the files of it that hold the weights and what they are.
Weights = tuple[str, tuple[str, ...]]
CLASSES: tuple[ProblemType, ...] = ("binary", "multiclass")


@dataclass(frozen=True)
class Kind:
    """A kind of model.

    Attributes
    ----------
    key, name : str
        As AutoGluon has it among the hyperparameters, and in the names of models.
    licence : str
        Of its code and of its weights.
    extra : str
        Of Genie, that brings what it needs.
    libraries : tuple of str
        Distributions that it needs to learn and to predict; each is a module of the same name.
    needs_gpu : bool
        Whether it is tried only where there is one. AutoGluon's makers measured what attends to all rows for each
        prediction 12 to 63 times as slow without; Genie has not measured it.
    holds_rows : bool
        Whether a trained one compares with the rows that it learned from, and so is saved with them.
    for_classes, for_numbers : Weights or None
        Where it was trained before: they must lie in the cache of Hugging Face already, as a run fetches nothing.
    """

    key: str
    name: str
    licence: str
    extra: str
    libraries: tuple[str, ...]
    needs_gpu: bool = False
    holds_rows: bool = False
    for_classes: Weights | None = None
    for_numbers: Weights | None = None

    def weights(self, problem_type: ProblemType) -> Weights | None:
        """Give the weights for a kind of target; None where it learns from nothing but the table."""
        return self.for_classes if problem_type in CLASSES else self.for_numbers

    @property
    def lacks(self) -> tuple[Weights, ...]:
        """List the weights that do not lie on this machine."""
        return tuple(
            weights
            for weights in (self.for_classes, self.for_numbers)
            if weights is not None and not are_kept(*weights)
        )

    @property
    def how_to_fetch(self) -> str:
        """Tell the commands that fetch what is lacking, where there is a network."""
        return " && ".join(f"hf download {repository} {' '.join(files)}" for repository, files in self.lacks)


KINDS = (
    Kind("NN_TORCH", "NeuralNetTorch", "Apache-2.0", "neural", ("torch",)),
    Kind(
        "MITRA",
        "Mitra",
        "Apache-2.0",
        "foundation",
        ("einops", "einx", "huggingface_hub", "loguru", "omegaconf", "torch", "transformers"),
        needs_gpu=True,
        holds_rows=True,
        for_classes=("autogluon/mitra-classifier", ("config.json", "model.safetensors")),
        for_numbers=("autogluon/mitra-regressor", ("config.json", "model.safetensors")),
    ),
)


def is_installed(module: str) -> bool:
    """Whether a module is installed; a folder that only bears its name is none."""
    spec = find_spec(module)
    return spec is not None and spec.origin is not None


@cache
def what_keeps_torch_from_loading() -> str:
    """Tell why a torch that is installed does not load; empty where it does, or where none is installed."""
    if not is_installed("torch"):
        return ""
    try:
        import torch

        torch.cuda.is_available()
    except Exception as error:  # a library of the system that is missing, another's half: whatever its loading raises
        _log.warning("torch is here but does not load", exc_info=True)
        return f"{type(error).__name__}: {error}"
    return ""


@cache
def has_gpu() -> bool:
    """Whether there is a GPU that torch can use."""
    if not is_installed("torch") or what_keeps_torch_from_loading():
        return False
    import torch

    return bool(torch.cuda.is_available())


def absent(kind: Kind) -> tuple[str, ...]:
    """List what a kind needs and is not installed."""
    return tuple(library for library in kind.libraries if not is_installed(library))


def kept_weights() -> Path:
    """Give the folder in which Hugging Face keeps what was fetched; its variables may hold others, and a tilde."""
    cache_home = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    home = _written_out(os.environ.get("HF_HOME", f"{cache_home}/huggingface"))
    older = os.environ.get("HUGGINGFACE_HUB_CACHE", f"{home}/hub")
    return Path(_written_out(os.environ.get("HF_HUB_CACHE", older)))


def _written_out(path: str) -> str:
    # pathlib's raises where the user is unknown.
    return os.path.expandvars(os.path.expanduser(path))  # noqa: PTH111


def are_kept(repository: str, files: tuple[str, ...]) -> bool:
    """Whether weights lie on this machine, in the version that is read where nothing is fetched."""
    folder = kept_weights() / f"models--{repository.replace('/', '--')}"
    try:
        version = (folder / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        return False
    return all((folder / "snapshots" / version / file).exists() for file in files)


def further_kinds(
    problem_type: ProblemType,
    *,
    is_installed: Callable[[str], bool] = is_installed,
    has_gpu: Callable[[], bool] = has_gpu,
    are_kept: Callable[[str, tuple[str, ...]], bool] = are_kept,
) -> tuple[Kind, ...]:
    """Tell which kinds may be tried here.

    Parameters
    ----------
    problem_type : {"binary", "multiclass", "regression", "quantile"}
        Quantiles are left to forests.
    is_installed, has_gpu, are_kept : callable
        What there is; tests give their own.

    Returns
    -------
    tuple of Kind
        Empty where no extra is installed.
    """
    if problem_type == "quantile" or what_keeps_torch_from_loading():
        return ()

    def is_here(kind: Kind) -> bool:
        weights = kind.weights(problem_type)
        return (
            all(is_installed(module) for module in kind.libraries)
            and (not kind.needs_gpu or has_gpu())
            and (weights is None or are_kept(*weights))
        )

    return tuple(kind for kind in KINDS if is_here(kind))
