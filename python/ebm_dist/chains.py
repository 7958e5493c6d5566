"""Windows of chains, as `ebm-dist diagnose --arviz` writes them."""

from __future__ import annotations

import json
import warnings
from typing import Any, Dict

import numpy as np

from .tensors import Path


def read_window(path: Path) -> Dict[str, Dict[str, np.ndarray[Any, Any]]]:
    """The groups `posterior` and `sample_stats` of arrays with (chain, draw) first.

    `posterior` has `energy`; `x` (chain, draw, value) for rows of up to eight values, or 64 with names, else `mean` and `projection` on fixed directions.
    `sample_stats` has `energy`, `displacement`, `acceptance_rate` for a sampler that may reject, and `diverging` for one that follows trajectories.
    """
    with open(path, encoding="utf-8") as file:
        groups = json.load(file)
    return {group: {name: np.array(values) for name, values in variables.items()} for group, variables in groups.items()}


def inference_data(path: Path) -> Any:
    """A window of chains as ArviZ has it: `InferenceData`, or from ArviZ 1 on xarray's `DataTree`.

    Raises:
        ImportError: without ArviZ; `read_window` needs none.
    """
    groups: Any = read_window(path)
    with warnings.catch_warnings():
        # Of packages that it could use, and of windows with more chains than draws.
        warnings.simplefilter("ignore")
        import arviz

        if int(arviz.__version__.split(".")[0]) < 1:
            return arviz.from_dict(**groups)
        return arviz.from_dict(groups)
