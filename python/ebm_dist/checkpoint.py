"""A checkpoint of a run."""

from __future__ import annotations

import json
import pathlib
from typing import Any, Dict, Mapping, Tuple

import numpy as np

from .errors import CheckpointError
from .rows import Rows
from .tensors import read_tensors


class Checkpoint:
    """The files of one step: model, optimiser and chains (`Documentation/Checkpoints.md`).

    Raises:
        CheckpointError: where the manifest or a file is missing, or has another size than the manifest says. Checksums are not compared.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        try:
            #: What the program wrote last: step, sizes, checksums, the version of the program.
            self.manifest: Mapping[str, Any] = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
            #: Updates made.
            self.step: int = self.manifest["step"]
            for name, file in self.manifest["files"].items():
                size = (path / name).stat().st_size
                if size != file["bytes"]:
                    raise CheckpointError(f"{path / name}: expected {file['bytes']} bytes, found {size}: the file is damaged")
        except (OSError, ValueError, KeyError) as error:
            raise CheckpointError(f"{path}: expected a whole checkpoint: {error}") from error

    def __repr__(self) -> str:
        return f"Checkpoint({str(self.path)!r})"

    def tensors(self, name: str) -> Tuple[Dict[str, np.ndarray[Any, Any]], Dict[str, str]]:
        """The tensors and the metadata of `model`, `optimizer` or `chains`, as they stand in the file."""
        return read_tensors(self.path / f"{name}.safetensors")

    def parameters(self, weights: str, has_average: bool) -> Tuple[Dict[str, np.ndarray[Any, Any]], Dict[str, str]]:
        """The tensors of the model with one kind of parameters, and its metadata.

        Args:
            weights: `average` or `current`; the same where the run keeps no average.
            has_average: whether it does.
        """
        if weights not in ("average", "current"):
            raise ValueError(f"weights: expected 'average' or 'current', found '{weights}'")
        tensors, metadata = self.tensors("model")
        # Format 1 had the current parameters in the model's file.
        own = "current" if self.manifest["format"] == 1 else "average"
        if has_average and weights != own:
            others, _ = self.tensors("optimizer")
            tensors.update({name: others[f"{weights}.{name}"] for name in tensors if f"{weights}.{name}" in others})
        return tensors, metadata

    def rows(self) -> Rows:
        """How rows of the data become the model's values."""
        _, metadata = self.tensors("model")
        if "rows" not in metadata:
            raise CheckpointError(f"{self.path}: written by an earlier version of the program, which did not say how rows are prepared")
        return Rows.of_json(metadata["rows"])

    def samples(self) -> np.ndarray[Any, Any]:
        """The chains in the units of the data, N x shape of a row; on a ladder of temperatures those of temperature 1."""
        tensors, metadata = self.tensors("chains")
        chains = tensors["chains"]
        if chains.dtype == np.uint8:
            # The middle of a level.
            low, high = (float(number) for number in metadata["range"].split())
            chains = (low + (chains + np.float32(0.5)) * np.float32(high - low) / 256).astype(np.float32)
        if "level" in tensors:
            chains = chains[tensors["level"] == 0]
        return self.rows().to_data(chains)
