"""The energy of a run as a `torch.nn.Module`, with the networks beside it: generator, encoder, proposal."""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional, Tuple

import numpy as np
import torch

from .errors import CheckpointError, DataError
from .networks import Network, shape_of_row
from .rows import Rows
from .tensors import Path, read_tensors


class EnergyModel(Network):
    """E(x), or E(x | condition), of rows in the units of the data: p(x) is proportional to exp(-E(x) / T) (`Run.temperature`).

    A call `model(rows)` prepares rows as training did (`Rows`) and gives N energies, differentiable where rows are a tensor that asks for it. The names
    of the parameters are those of `model.safetensors`. The module is made in evaluation mode: with spectral normalisation, training mode would move
    the vectors of the power iteration.

    Args:
        metadata: of a `model.safetensors`.
        decoder_deviation: the standard deviation with which a latent prior's generator explains rows, `objective.decoderDeviation`.
    """

    def __init__(self, metadata: Mapping[str, str], decoder_deviation: Optional[float] = None) -> None:
        if "noiseScale" in metadata:
            raise CheckpointError("noiseScale: an energy that is divided by the square of its noise, of an earlier version of the program")
        super().__init__(_description(metadata), metadata.get("spectralNormalization", "false"))
        #: Whether the energy is one of latent vectors, which the generator decodes.
        self.is_latent = "sampleShape" in metadata
        #: How rows become the model's values.
        self.rows = Rows.of_json(metadata["rows"]) if "rows" in metadata else Rows(_shape_in_file(metadata, self))
        #: The same of the images that are a condition.
        self.condition_rows = Rows.of_json(metadata["conditionRows"]) if "conditionRows" in metadata else None
        deviation = metadata.get("referenceDeviation", "")
        #: s of the reference term |x|^2 / (2 s^2); None without.
        self.reference_deviation = float(deviation) if deviation not in ("", "null", "nil") else None
        words = metadata.get("preconditioning", "").split()
        levels = [float(number) for number in words[:3]]
        #: The lowest and the highest noise of which the model knows energies, on the model's scale; None for a model without noise levels.
        self.noises = (levels[0], levels[1]) if levels else None
        self._data_deviation = levels[2] if levels else 1.0
        #: Whether energies of all noises are minus log densities but for one constant.
        self.is_normalized = words[3:] == ["normalized"]
        self.decoder_deviation = decoder_deviation
        #: From latent vectors to rows; None without.
        self.generator = Network(json.loads(metadata["generator"])) if "generator" in metadata else None
        #: From rows to means and log variances of latent vectors; None without.
        self.encoder = Network(json.loads(metadata["encoder"])) if "encoder" in metadata else None
        #: From noised rows and their level to where recovery's chains start; None without.
        self.proposal = Network(json.loads(metadata["proposal"])) if "proposal" in metadata else None
        self.eval()

    @property
    def condition_kind(self) -> str:
        """What a call takes as its condition: `none`, `class` (whole numbers), `image` (rows of the condition's data), `noise` (standard deviations), or
        `planes` (N x channels x height x width, of a model that completes images what `visible` gives)."""
        if self.told_kind == "labels":
            return "class"
        if self.told_kind == "planes":
            return "noise" if self.noises and not self.has_level else "image" if self.condition_rows else "planes"
        return self.told_kind

    # Rows

    def prepare(self, rows: Any) -> torch.Tensor:
        """Rows in the units of the data as the model's values, N x shape of a row. See `Rows.read` for what may be given."""
        return self._prepared(self.rows, rows)

    def restore(self, values: torch.Tensor) -> torch.Tensor:
        """The model's values in the units of the data."""
        return self.rows.to_data_tensor(values)

    def _prepared(self, preparation: Rows, rows: Any) -> torch.Tensor:
        parameter = next(self.parameters())
        if isinstance(rows, torch.Tensor):
            return preparation.to_model_tensor(rows.to(parameter.device)).to(parameter.dtype)
        return torch.from_numpy(preparation.to_model(rows)).to(parameter)

    # Energies

    def forward(self, rows: Any, condition: Any = None, noise: Any = None) -> torch.Tensor:
        """N energies of rows in the units of the data; of a latent prior those of N latent vectors.

        Args:
            rows: an array, a tensor or a pandas table; see `Rows.read`.
            condition: what `condition_kind` says, for each row or for all of them. Without it a model with noise levels takes its lowest.
            noise: of models with noise levels beside another condition: standard deviations, for each row or for all of them; None for the lowest.
        """
        values = self._tensor(rows) if self.is_latent else self.prepare(rows)
        if noise is not None and not self.has_level:
            raise ValueError("this model has no noise levels beside its condition")
        level = None if noise is None else self._levels(noise, len(values))
        return self.energies(values, self.tell(condition, len(values)), level)

    def energies(self, values: torch.Tensor, told: Optional[torch.Tensor] = None, level: Optional[torch.Tensor] = None) -> torch.Tensor:
        """N energies of the model's own values: what `prepare` gives, with what `tell` gives, and a noise level where one stands beside it."""
        squares = values.reshape(len(values), -1).square().sum(1)
        if self.noises is None:
            energies = self.run(values, told)[:, 0]
        else:
            low, high = self.noises
            if not self.has_level and told is not None:
                level = told.reshape(len(values), -1)[:, 0]
            level = values.new_zeros(len(values)) if level is None else level
            noise = low * (high / low) ** level
            variance = noise.square() + self._data_deviation**2
            inputs = values / variance.sqrt().reshape(-1, *[1] * (values.dim() - 1))
            energies = squares / (2 * variance) + self._data_deviation / noise * self.run(inputs, told, level)[:, 0]
            if self.is_normalized:
                energies = energies + values[0].numel() / 2 * (2 * np.pi * variance).log()
        return energies if self.reference_deviation is None else energies + squares / (2 * self.reference_deviation**2)

    def joint(self, rows: Any, latents: Any) -> torch.Tensor:
        """|x - g(z)|^2 / (2 s^2) + U(z) of a latent prior, s the decoder's deviation: minus the log density of N rows with their latent vectors.

        `ebm-dist energy` gives it for latent vectors at the end of posterior chains.
        """
        if not self.is_latent or self.decoder_deviation is None:
            raise ValueError("expected a latent prior with its decoder's deviation, which a run knows: Run(...).model()")
        z, x = self._tensor(latents), self.prepare(rows)
        residual = (self._decoded(z, None) - x).reshape(len(x), -1)
        return self.energies(z) + residual.square().sum(1) / (2 * self.decoder_deviation**2)

    # Conditions

    def tell(self, condition: Any, count: int) -> Optional[torch.Tensor]:
        """A condition as networks take it, for `count` rows. See `condition_kind`."""
        kind = self.condition_kind
        if kind == "none" or condition is None and kind == "noise":
            if condition is not None:
                raise ValueError("this model has no condition")
            return None
        if condition is None:
            raise ValueError(f"this model needs a condition of kind '{kind}'")
        if kind == "image":
            assert self.condition_rows is not None or self.told_shape is not None
            return self._of_all(self._prepared(self.condition_rows or Rows(self.told_shape or ()), condition), count)
        told = self._tensor(condition)
        if kind == "class":
            if told.numel() > 0 and not (0 <= int(told.min()) and int(told.max()) < (self.classes or 0)):
                raise DataError(f"expected classes from 0 to {(self.classes or 0) - 1}, found {int(told.min())} to {int(told.max())}")
            return self._of_all(told.reshape(-1), count)
        if kind == "noise":
            assert self.told_shape is not None
            return self._levels(told, count).reshape(-1, 1, 1, 1).expand(-1, *self.told_shape)
        return told.reshape(count, *(self.told_shape or ()))

    def visible(self, rows: Any, mask: Any) -> torch.Tensor:
        """The condition of a model that completes images: rows with zeros at hidden pixels, and a plane that says which are visible.

        Args:
            mask: height x width, or N of them: true where a pixel is visible.
        """
        x = self.prepare(rows)
        shown = self._tensor(mask).to(x).reshape(-1, 1, *x.shape[2:]).expand(len(x), -1, -1, -1)
        return torch.cat([x * shown, shown], 1)

    def _levels(self, noise: Any, count: int) -> torch.Tensor:
        """The levels of standard deviations: 0 for the lowest, 1 for the highest."""
        assert self.noises is not None
        low, high = self.noises
        return self._of_all((self._tensor(noise) / low).log() / float(np.log(high / low)), count)

    def _of_all(self, told: torch.Tensor, count: int) -> torch.Tensor:
        told = told.reshape(1) if told.dim() == 0 else told
        return told.expand(count, *told.shape[1:]) if len(told) == 1 else told

    def _tensor(self, values: Any) -> torch.Tensor:
        """Numbers as they are, of the parameters' type and place."""
        return torch.as_tensor(values).to(next(self.parameters()))

    # Networks beside the energy

    def decode(self, latents: Any, condition: Any = None) -> torch.Tensor:
        """The rows that the generator makes of N x latent values, in the units of the data."""
        z = self._tensor(latents)
        return self.restore(self._decoded(z, self.tell(condition, len(z))))

    def _decoded(self, latents: torch.Tensor, told: Optional[torch.Tensor]) -> torch.Tensor:
        if self.generator is None:
            raise ValueError("this model has no generator")
        return _as_rows(self.generator.run(latents, told), self.rows.shape)

    def encode(self, rows: Any, condition: Any = None) -> Tuple[torch.Tensor, torch.Tensor]:
        """The means and the log variances of the latent vectors that the encoder finds for rows in the units of the data, N x latent values each."""
        if self.encoder is None:
            raise ValueError("this model has no encoder")
        x = self.prepare(rows)
        means, log_variances = self.encoder.run(x, self.tell(condition, len(x))).chunk(2, 1)
        return means, log_variances

    def propose(self, rows: Any, noise: float, above: float, condition: Any = None) -> torch.Tensor:
        """About where recovery's chains start at rows of the next noise level: g(y), in the units of the data.

        Args:
            rows: y, with the noise `above`.
            noise: of the level whose chains start, a standard deviation on the model's scale.
            above: that of the next level.
            condition: as in a call, of models with a condition beside the level.
        """
        if self.proposal is None or self.noises is None:
            raise ValueError("this model has no network that proposes where chains start")
        y = self.prepare(rows)
        own, data, whole = noise**2, self._data_deviation**2, above**2 + self._data_deviation**2
        level = self._levels(noise, len(y))
        inputs = y / whole**0.5
        if self.has_level:
            outputs = self.proposal.run(inputs, self.tell(condition, len(y)), level)
        else:
            assert self.told_shape is not None
            outputs = self.proposal.run(inputs, level.reshape(-1, 1, 1, 1).expand(-1, *self.told_shape))
        correction = (above**2 - own) / above * (data / whole) ** 0.5
        return self.restore((own + data) / whole * y + correction * _as_rows(outputs, self.rows.shape))


def _as_rows(outputs: torch.Tensor, shape: Tuple[int, ...]) -> torch.Tensor:
    """Outputs with channels innermost as rows of a file's shape."""
    channels, height, width = shape_of_row(shape)
    return outputs.reshape(-1, height, width, channels).permute(0, 3, 1, 2).reshape(-1, *shape)


def _description(metadata: Mapping[str, str]) -> Mapping[str, Any]:
    if "network" not in metadata:
        raise CheckpointError("expected the network's description in the metadata of a model.safetensors, found none")
    description: Mapping[str, Any] = json.loads(metadata["network"])
    # Files of earlier versions: so many channels of the input are told.
    told = int(metadata.get("conditionChannels", "0"))
    if not told:
        return description
    source = {**description["input"], "channels": description["input"]["channels"] - told}
    return {**description, "input": source, "condition": {"kind": "planes", "channels": told}}


def _shape_in_file(metadata: Mapping[str, str], energy: Network) -> Tuple[int, ...]:
    """The shape of a row where the file, of an earlier version, does not say how rows are prepared."""
    channels, height, width = energy.input_shape
    if "sampleShape" in metadata:
        height, width, channels = (int(number) for number in metadata["sampleShape"].split())
    return (channels,) if (height, width) == (1, 1) else (channels, height, width)


def load_model(path: Path, decoder_deviation: Optional[float] = None) -> EnergyModel:
    """The energy of a `model.safetensors` alone. `Run.model` knows the rest of a run too."""
    return make_model(*read_tensors(path), path, decoder_deviation)


def make_model(
    tensors: Mapping[str, np.ndarray[Any, Any]], metadata: Mapping[str, str], path: Path, decoder_deviation: Optional[float] = None
) -> EnergyModel:
    """The energy of a file's tensors and metadata.

    Raises:
        CheckpointError: where they are not the parameters of the networks that the metadata describe.
    """
    model = EnergyModel(metadata, decoder_deviation)
    try:
        model.load_state_dict({name: torch.from_numpy(tensor.copy()) for name, tensor in tensors.items()})
    except RuntimeError as error:
        raise CheckpointError(f"{path}: expected the parameters of its networks: {error}") from error
    return model
