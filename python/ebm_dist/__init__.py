"""Reads what ebm-dist, a distributed trainer of energy-based models, writes, and starts it.

`Run` reads a run folder; `Run.model` is its energy as a `torch.nn.Module`. `train`, `Run.energy`, `Run.sample` and `Run.diagnose` start the program, which
the variable EBM_DIST names or PATH holds.
"""

from typing import Any

from .chains import inference_data, read_window
from .checkpoint import Checkpoint
from .errors import (
    BY_EXIT_CODE,
    CheckpointError,
    ConfigurationError,
    DataError,
    DefectError,
    DivergenceError,
    EbmDistError,
    InputOutputError,
    LaunchError,
    MissingInputError,
    RunFolderError,
    StandstillError,
    Stopped,
    UsageError,
)
from .program import find_program, run_program
from .rows import Rows
from .run import Run
from .tables import read_table
from .tensors import read_tensors
from .training import train

__version__ = "0.3.0"

__all__ = [
    "BY_EXIT_CODE", "Checkpoint", "CheckpointError", "ConfigurationError", "DataError", "DefectError", "DivergenceError", "EbmDistError", "EnergyModel",
    "InputOutputError", "LaunchError", "MissingInputError", "Rows", "Run", "RunFolderError", "StandstillError", "Stopped", "UsageError", "find_program",
    "inference_data", "load_model", "read_table", "read_tensors", "read_window", "run_program", "train",
]


def __getattr__(name: str) -> Any:
    """What needs PyTorch is imported when it is asked for."""
    if name in ("EnergyModel", "load_model"):
        from . import model

        return getattr(model, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
