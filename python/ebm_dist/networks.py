"""A network of a model file as a `torch.nn.Module` with the names and layouts of its tensors."""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import torch
from torch import nn

from .errors import CheckpointError

#: Channels, height, width; a vector has one pixel.
Shape = Tuple[int, int, int]

_ACTIVATIONS: Dict[str, Callable[[Mapping[str, Any]], nn.Module]] = {
    "silu": lambda layer: nn.SiLU(),
    "softplus": lambda layer: nn.Softplus(),
    "relu": lambda layer: nn.ReLU(),
    "tanh": lambda layer: nn.Tanh(),
    "leakyReLU": lambda layer: nn.LeakyReLU(layer.get("slope", 0.01)),
    "elu": lambda layer: nn.ELU(layer.get("alpha", 1.0)),
}


class Pooling(nn.Module):
    """The sum or the mean over windows that tile an image, or over all of its pixels."""

    def __init__(self, is_mean: bool, size: Optional[int]) -> None:
        super().__init__()
        self.is_mean, self.size = is_mean, size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = (self.size, self.size) if self.size else (x.shape[2], x.shape[3])
        means = nn.functional.avg_pool2d(x, (height, width))
        return means if self.is_mean else means * (height * width)


class Residual(nn.Module):
    """layers(x) + x, or layers(x) + shortcut(x)."""

    def __init__(self, layers: nn.Module, shortcut: Optional[nn.Module]) -> None:
        super().__init__()
        self.layers = layers
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        other: torch.Tensor = self.shortcut(x) if hasattr(self, "shortcut") else x
        result: torch.Tensor = self.layers(x) + other
        return result


class Readouts(nn.Module):
    """layers(x), one value, and to it a linear readout of what each of some layers gives.

    Args:
        readouts: by the place of the layer that they read.
    """

    def __init__(self, layers: nn.Sequential, readouts: Mapping[int, nn.Module]) -> None:
        super().__init__()
        self.layers = layers
        self.readouts = nn.ModuleDict({str(place): readout for place, readout in readouts.items()})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        total: Optional[torch.Tensor] = None
        for place, layer in enumerate(self.layers):
            x = layer(x)
            if str(place) in self.readouts:
                value = self.readouts[str(place)](x.reshape(len(x), -1))
                total = value if total is None else total + value
        return x if total is None else x + total


class InnerProduct(nn.Module):
    """½⟨x, layers(x)⟩, one value, with as many first channels of x as the layers give."""

    def __init__(self, layers: nn.Module) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.layers(x)
        return 0.5 * (x[:, : y.shape[1]] * y).flatten(1).sum(1, keepdim=True)


class VectorPooling(nn.Module):
    """The sum or the mean of a vector's values."""

    def __init__(self, is_mean: bool) -> None:
        super().__init__()
        self.is_mean = is_mean

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(-1, keepdim=True) if self.is_mean else x.sum(-1, keepdim=True)


class Scaling(nn.Module):
    """factor · x"""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.factor * x


def _as_pixel(module: nn.Module, inputs: Tuple[torch.Tensor, ...]) -> torch.Tensor:
    """A vector as an image of one pixel, which is how a transposed convolution takes it."""
    return inputs[0].reshape(*inputs[0].shape, 1, 1)


class Builder:
    """Layers one after the other, and what comes out of them."""

    def __init__(self, shape: Shape, is_flat: bool, maps: Optional[List[nn.Module]] = None) -> None:
        self.shape = shape
        #: Whether the values are a vector for PyTorch.
        self.is_flat = is_flat
        #: The linear maps up to now, in order.
        self.maps: List[nn.Module] = [] if maps is None else maps

    def sequence(self, layers: Sequence[Mapping[str, Any]]) -> nn.Sequential:
        return nn.Sequential(*[self._layer(layer) for layer in layers])

    def _map(self, module: nn.Module) -> nn.Module:
        self.maps.append(module)
        return module

    def _layer(self, layer: Mapping[str, Any]) -> nn.Module:
        kind = layer["kind"]
        if kind in _ACTIVATIONS:
            return _ACTIVATIONS[kind](layer)
        channels, height, width = self.shape
        if kind == "dense":
            self.shape = (layer["outputs"], 1, 1)
            return self._map(nn.Linear(channels * height * width, layer["outputs"]))
        if kind in ("convolution", "transposedConvolution"):
            return self._convolution(layer, kind == "transposedConvolution")
        if kind == "groupNormalization":
            values = channels * height * width if self.is_flat else channels
            return nn.GroupNorm(layer["groups"], values, layer.get("epsilon", 1e-5))
        if kind == "residual":
            return self._residual(layer)
        if kind == "readouts":
            return self._readouts(layer["layers"])
        if kind == "innerProduct":
            inner = self.sequence(layer["layers"])
            self.shape, self.is_flat = (1, 1, 1), True
            return InnerProduct(inner)
        if kind == "scaling":
            return Scaling(layer["factor"])
        if kind == "flatten":
            self.is_flat = True
            return nn.Flatten()
        if kind in ("sumPooling", "meanPooling") and self.is_flat:
            self.shape = (1, 1, 1)
            return VectorPooling(kind == "meanPooling")
        if kind in ("sumPooling", "meanPooling"):
            size = layer.get("size")
            self.shape = (channels, height // size, width // size) if size else (channels, 1, 1)
            return Pooling(kind == "meanPooling", size)
        raise CheckpointError(f"unknown kind of layer '{kind}': the file was written by a newer program than this package is of")

    def _convolution(self, layer: Mapping[str, Any], is_transposed: bool) -> nn.Module:
        kernel, stride, padding = layer["kernel"], layer.get("stride", 1), layer.get("padding", 0)
        channels, height, width = self.shape
        if not is_transposed:
            self.shape = (layer["channels"], *((size + 2 * padding - kernel) // stride + 1 for size in (height, width)))
            return self._map(nn.Conv2d(channels, layer["channels"], kernel, stride, padding))
        extra = layer.get("outputPadding", 0)
        self.shape = (layer["channels"], *((size - 1) * stride - 2 * padding + kernel + extra for size in (height, width)))
        module = self._map(nn.ConvTranspose2d(channels, layer["channels"], kernel, stride, padding, extra))
        if self.is_flat:
            self.is_flat = False
            module.register_forward_pre_hook(_as_pixel)
        return module

    def _residual(self, layer: Mapping[str, Any]) -> nn.Module:
        other = Builder(self.shape, self.is_flat, self.maps)
        inner = self.sequence(layer["layers"])
        return Residual(inner, other.sequence(layer["shortcut"]) if layer.get("shortcut") else None)

    def _readouts(self, layers: Sequence[Mapping[str, Any]]) -> nn.Module:
        """Every activation is read out, but for the one that the last layer reads and one that stands last."""
        modules: List[nn.Module] = []
        levels: Dict[int, int] = {}
        for place, layer in enumerate(layers):
            modules.append(self._layer(layer))
            if layer["kind"] in _ACTIVATIONS:
                levels[place] = math.prod(self.shape)
        read = max((place for place, layer in enumerate(layers[:-1]) if layer["kind"] != "flatten"), default=-1)
        readouts = {place: self._map(nn.Linear(size, 1)) for place, size in levels.items() if place not in (read, len(layers) - 1)}
        return Readouts(nn.Sequential(*modules), readouts)


class ClassTable(nn.Embedding):
    """The trained channels x height x width values of each class."""

    def __init__(self, classes: int, shape: Shape) -> None:
        super().__init__(classes, math.prod(shape))
        self.shape = shape

    def forward(self, labels: torch.Tensor) -> torch.Tensor:
        return super().forward(labels.reshape(-1).long()).reshape(-1, *self.shape)


class Network(nn.Module):
    """The network of a description, with what it is told beside x (`Documentation/Networks.md`).

    Args:
        description: the JSON of the metadata entries `network`, `generator`, `encoder` and `proposal`.
        normalized: the weights that act divided by their greatest singular value: of no linear map ("false"), of all but the last one ("hidden"), or of all
            ("true").
    """

    def __init__(self, description: Mapping[str, Any], normalized: str = "false") -> None:
        super().__init__()
        source = description["input"]
        #: Of x alone.
        self.input_shape: Shape = (source["channels"], source["height"], source["width"])
        channels, height, width = self.input_shape
        told = description.get("condition") or {"kind": "none"}
        #: Whether a noise level stands behind x, in front of what is told.
        self.has_level = told["kind"] == "noise"
        told = told["beside"] if self.has_level else told
        #: `none`, `planes`, `labels` or `image`: how it is told.
        self.told_kind: str = told["kind"]
        #: What is told, as channels of every pixel; None for nothing.
        self.told_shape: Optional[Shape] = None
        joined = self.input_shape
        if self.told_kind in ("planes", "labels"):
            self.told_shape = (told["channels"], height, width)
            joined = (channels + told["channels"], height, width)
        elif self.told_kind == "image":
            self.told_shape = (told["channels"], told["height"], told["width"])
            joined = (channels + told["channels"], told["height"], told["width"])
        if self.has_level:
            joined = (joined[0] + 1, height, width)
        if self.told_kind == "labels":
            assert self.told_shape is not None
            self.condition = ClassTable(told["classes"], self.told_shape)
        #: The number of classes; None where labels are not told.
        self.classes: Optional[int] = told.get("classes")
        builder = Builder(joined, joined[1:] == (1, 1))
        self._joined = joined
        self.layers = builder.sequence(description["layers"])
        for module in {"false": [], "hidden": builder.maps[:-1]}.get(normalized, builder.maps):
            nn.utils.spectral_norm(module)
        self._output, self._is_flat_image = builder.shape, builder.is_flat and builder.shape[1:] != (1, 1)

    def run(self, x: torch.Tensor, told: Optional[torch.Tensor] = None, level: Optional[torch.Tensor] = None) -> torch.Tensor:
        """The outputs for N x `input_shape`, N x numbers, of an image channel by channel innermost: row, column, channel.

        Args:
            told: labels (N), or planes (N x `told_shape`); None for zeros.
            level: of the noise (N), where `has_level`; None for zeros.
        """
        x = x.reshape(len(x), *self.input_shape)
        if self.told_kind != "none":
            x = self._join(x, told, level)
        outputs = self.layers(x.reshape(len(x), -1) if self._joined[1:] == (1, 1) else x)
        channels, height, width = self._output
        if outputs.dim() == 4 or self._is_flat_image:
            outputs = outputs.reshape(len(x), channels, height, width).permute(0, 2, 3, 1)
        result: torch.Tensor = outputs.reshape(len(x), -1)
        return result

    def _join(self, x: torch.Tensor, told: Optional[torch.Tensor], level: Optional[torch.Tensor]) -> torch.Tensor:
        assert self.told_shape is not None
        if told is None:
            told = x.new_zeros(len(x), *(() if self.told_kind == "labels" else self.told_shape))
        if self.told_kind == "labels":
            told = self.condition(told)
        if self.told_kind == "image":
            x = x.expand(-1, -1, *self.told_shape[1:])
        if self.has_level:
            plane = x.new_zeros(len(x)) if level is None else level
            x = torch.cat([x, plane.reshape(-1, 1, 1, 1).expand(-1, 1, *x.shape[2:])], 1)
        return torch.cat([x, told.reshape(len(x), *self.told_shape).to(x)], 1)


def shape_of_row(shape: Sequence[int]) -> Shape:
    """The shape of a row in a file, (d,) or (channels, height, width), as one of three sizes."""
    sizes: List[int] = list(shape) if len(shape) == 3 else [shape[0], 1, 1]
    return (sizes[0], sizes[1], sizes[2])
