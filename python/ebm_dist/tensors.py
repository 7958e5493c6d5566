"""Files of tensors."""

from __future__ import annotations

import os
from typing import Any, Dict, Tuple, Union

import numpy as np

from .errors import CheckpointError, MissingInputError

Path = Union[str, "os.PathLike[str]"]


def read_tensors(path: Path) -> Tuple[Dict[str, np.ndarray[Any, Any]], Dict[str, str]]:
    """The tensors of a `.safetensors` file by their names, and its metadata.

    Raises:
        MissingInputError: without the file.
        CheckpointError: for a damaged one.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}
    except FileNotFoundError as error:
        raise MissingInputError(f"{path}: expected a file, found none") from error
    except SafetensorError as error:
        raise CheckpointError(f"{path}: expected a safetensors file: {error}") from error
