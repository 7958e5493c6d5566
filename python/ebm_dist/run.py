"""A run folder."""

from __future__ import annotations

import os
import pathlib
import re
import tempfile
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence

import numpy as np

from .chains import inference_data
from .checkpoint import Checkpoint
from .errors import MissingInputError
from .program import run_program
from .tables import read_table
from .tensors import Path

if TYPE_CHECKING:
    from .model import EnergyModel
    from .tables import Table


class Run:
    """A run as its folder holds it. Everything but `energy`, `sample` and `diagnose` reads files alone.

    Args:
        path: the run folder, such as `runs/digits`.

    Raises:
        MissingInputError: where there is no run.
    """

    def __init__(self, path: Path) -> None:
        self.path = pathlib.Path(path)
        try:
            text = (self.path / "config.json5").read_text(encoding="utf-8")
        except OSError as error:
            raise MissingInputError(f"{self.path}: expected a run folder with config.json5: {error.strerror}") from error
        import json5

        #: The resolved configuration, a dictionary for each group: `configuration["sampler"]["steps"]`.
        self.configuration: Mapping[str, Mapping[str, Any]] = json5.loads(text)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    # What the program wrote

    @property
    def metrics(self) -> Table:
        """metrics.jsonl as it is now, a row a report. See `read_table`."""
        return read_table(self.path / "metrics.jsonl")

    @property
    def evaluations(self) -> Table:
        """evaluation.jsonl as it is now, a row an evaluation (with `evaluate.every`)."""
        return read_table(self.path / "evaluation.jsonl")

    @property
    def pictures(self) -> List[pathlib.Path]:
        """The pictures of samples, oldest first."""
        return sorted((self.path / "samples").glob("step-*.png"))

    @property
    def checkpoints(self) -> List[int]:
        """The steps of the checkpoints, oldest first."""
        names = (entry.name for entry in (self.path / "checkpoints").glob("step-*"))
        return sorted(int(name[len("step-") :]) for name in names if re.fullmatch(r"step-\d{8,}", name))

    def checkpoint(self, step: Optional[int] = None) -> Checkpoint:
        """The checkpoint of a step; the newest where none is given.

        Raises:
            MissingInputError: where there is none.
            CheckpointError: for a damaged one.
        """
        steps = self.checkpoints
        if not steps or step is not None and step not in steps:
            found = ", ".join(map(str, steps)) or "none"
            raise MissingInputError(f"{self.path}: expected a checkpoint{'' if step is None else f' of step {step}'}, found {found}")
        return Checkpoint(self.path / "checkpoints" / f"step-{steps[-1] if step is None else step:08d}")

    def samples(self, step: Optional[int] = None) -> np.ndarray[Any, Any]:
        """The chains of a checkpoint in the units of the data, N x d or N x channels x height x width. Objectives without chains that persist keep the
        negatives of the last step."""
        return self.checkpoint(step).samples()

    def model(self, step: Optional[int] = None, weights: str = "average") -> EnergyModel:
        """The energy of a checkpoint as a `torch.nn.Module`.

        Args:
            step: of the checkpoint; None: the newest.
            weights: `average`, which all commands use, or `current`; the same where the run keeps no average.
        """
        from .model import make_model

        checkpoint = self.checkpoint(step)
        has_average = self.configuration["optimizer"]["average"] is not None
        is_latent = self.configuration["objective"]["kind"] == "latentPrior"
        deviation = self.configuration["objective"]["decoderDeviation"] if is_latent else None
        return make_model(*checkpoint.parameters(weights, has_average), checkpoint.path / "model.safetensors", deviation)

    @property
    def temperature(self) -> float:
        """T: the run's sampler draws from exp(-E / T), as far as its steps are small.

        noise² / (2 stepSize) where `sampler.noise` decides, else `sampler.temperature` (`Documentation/Samplers.md`).
        """
        sampler = self.configuration["sampler"]
        has_noise = sampler["kind"] in ("langevin", "heun", "proximal", "annealed") or sampler["kind"] == "stanley" and not sampler["adjusted"]
        if not has_noise or sampler["noise"] is None:
            return float(sampler["temperature"])
        is_half = sampler["kind"] == "stanley" and (sampler["preset"] in ("algorithm", "text") if sampler["preset"] else sampler["halfDrift"])
        return float(sampler["noise"] ** 2 / (2 * sampler["stepSize"] * (0.5 if is_half else 1)))

    # What the program computes

    def energy(self, rows: Any, *, step: Optional[int] = None, weights: str = "average", **launch: Any) -> np.ndarray[Any, Any]:
        """`ebm-dist energy`: N energies of rows in the units of the data.

        Args:
            rows: an array, a pandas table, or the path of a file in any format that the program reads.
            launch: `ranks`, `launcher`, `progress` of `run_program`.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = rows if isinstance(rows, (str, os.PathLike)) else _write(rows, folder)
            options = {"input": os.fspath(path), "step": step, "weights": weights}
            return self._array("energy", options, folder, **launch)

    def sample(
        self,
        count: int,
        *,
        steps: Optional[int] = None,
        start: Optional[str] = None,
        label: Optional[int] = None,
        seed: Optional[int] = None,
        step: Optional[int] = None,
        weights: str = "average",
        options: Sequence[str] = (),
        **launch: Any,
    ) -> np.ndarray[Any, Any]:
        """`ebm-dist sample`: new samples in the units of the data, count x shape of a row.

        Args:
            steps: of the sampler; None: as in training.
            start: `chains`, `noise` or `generator`; None: what fits the run.
            label: the class of all samples, for a model conditioned on classes.
            seed: of the noise.
            options: further ones, as on the command line.
            launch: `ranks`, `launcher`, `progress` of `run_program`.
        """
        with tempfile.TemporaryDirectory() as folder:
            given = {"count": count, "steps": steps, "from": start, "label": label, "seed": seed, "step": step, "weights": weights}
            return self._array("sample", given, folder, options, **launch)

    def diagnose(
        self,
        *,
        draws: Optional[int] = None,
        thin: Optional[int] = None,
        chains: Optional[int] = None,
        start: Optional[str] = None,
        label: Optional[int] = None,
        step: Optional[int] = None,
        weights: str = "average",
        options: Sequence[str] = (),
        **launch: Any,
    ) -> Any:
        """`ebm-dist diagnose`: a window of the run's chains as ArviZ data (`inference_data`); what the program says of them goes to `progress`.

        Args:
            draws: of each chain.
            thin: sampler steps between two draws.
            chains: of each shard.
            start: `chains`, `noise` or `generator`.
            label: the class of all chains, for a model conditioned on classes.
            options: further ones, as on the command line.
            launch: `ranks`, `launcher`, `progress` of `run_program`.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "window.json")
            given = {"draws": draws, "thin": thin, "chains": chains, "from": start, "label": label, "step": step, "weights": weights, "arviz": path}
            run_program([*self._command("diagnose", given), *options], **launch)
            return inference_data(path)

    def _array(self, command: str, options: Dict[str, Any], folder: str, more: Sequence[str] = (), **launch: Any) -> np.ndarray[Any, Any]:
        path = os.path.join(folder, "out.npy")
        run_program([*self._command(command, {**options, "out": path}), *more], **launch)
        array: np.ndarray[Any, Any] = np.load(path)
        return array

    def _command(self, command: str, options: Mapping[str, Any]) -> List[str]:
        given = [text for name, value in options.items() if value is not None for text in (f"--{name}", str(value))]
        return [command, "--run", os.fspath(self.path), *given]


def _write(rows: Any, folder: str) -> str:
    """Rows as a file that the program reads."""
    if hasattr(rows, "to_csv"):
        path = os.path.join(folder, "rows.csv")
        rows.to_csv(path, index=False)
    else:
        path = os.path.join(folder, "rows.npy")
        np.save(path, np.ascontiguousarray(rows))
    return path
