"""Kinds of models that extras bring: which of them may be tried here, by what is installed, a GPU, and licences.

Only kinds that stand here are ever chosen: the code and the weights of each may be used for anything, sold work too.
AutoGluon knows more, and the weights of some of those forbid commercial use.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from genie_widgets.schema.plan import ProblemType

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
    modules : tuple of str
        What must be installed.
    libraries : tuple of str
        Distributions that a trained one needs to predict.
    needs_gpu : bool
        Whether it would take minutes without one.
    for_classes, for_numbers : Weights or None
        Where it was trained before: they must lie in the cache of Hugging Face already, as a run fetches nothing.
    """

    key: str
    name: str
    licence: str
    modules: tuple[str, ...]
    libraries: tuple[str, ...]
    needs_gpu: bool = False
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
    Kind("NN_TORCH", "NeuralNetTorch", "Apache-2.0", ("torch",), ("torch",)),
    Kind(
        "TABICL",
        "TabICL",
        "BSD-3-Clause",
        ("torch", "tabicl"),
        ("tabicl", "torch"),
        needs_gpu=True,
        for_classes=("jingang/TabICL", ("tabicl-classifier-v2-20260212.ckpt",)),
        for_numbers=("jingang/TabICL", ("tabicl-regressor-v2-20260212.ckpt",)),
    ),
    Kind(
        "MITRA",
        "Mitra",
        "Apache-2.0",
        ("torch", "einops", "einx", "huggingface_hub", "loguru", "omegaconf", "transformers"),
        ("einops", "einx", "huggingface_hub", "loguru", "omegaconf", "torch", "transformers"),
        needs_gpu=True,
        for_classes=("autogluon/mitra-classifier", ("config.json", "model.safetensors")),
        for_numbers=("autogluon/mitra-regressor", ("config.json", "model.safetensors")),
    ),
)


def is_installed(module: str) -> bool:
    """Whether a module can be imported."""
    return find_spec(module) is not None


@cache
def has_gpu() -> bool:
    """Whether there is a GPU that torch can use."""
    if not is_installed("torch"):
        return False
    import torch

    return bool(torch.cuda.is_available())


def kept_weights() -> Path:
    """Give the folder in which Hugging Face keeps what was fetched."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub")


def are_kept(repository: str, files: tuple[str, ...]) -> bool:
    """Whether weights lie on this machine."""
    folder = kept_weights() / f"models--{repository.replace('/', '--')}" / "snapshots"
    return any(all((snapshot / file).exists() for file in files) for snapshot in folder.glob("*"))


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
    if problem_type == "quantile":
        return ()

    def is_here(kind: Kind) -> bool:
        weights = kind.weights(problem_type)
        return (
            all(is_installed(module) for module in kind.modules)
            and (has_gpu() or not kind.needs_gpu)
            and (weights is None or are_kept(*weights))
        )

    return tuple(kind for kind in KINDS if is_here(kind))
