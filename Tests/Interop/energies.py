"""Compares the energies that ebm-dist wrote with those of the same network in PyTorch.

usage: energies.py MODEL.safetensors INPUT.npy ENERGIES.npy [--tolerance 1e-5] [--condition CONDITION.npy]
       energies.py --self-test

MODEL.safetensors  a checkpoint: PyTorch's names and layouts, the network's description in the header's metadata
INPUT.npy          rows in the units of the training data: N x d for vectors, N x C x H x W for images
ENERGIES.npy       N energies, as `ebm-dist energy` writes them
CONDITION.npy      for a conditional network: N x n x H x W planes, N labels, or N x C x H x W images; without it zeros

Exits 0 when every energy agrees within the tolerance, relative to the larger of 1 and the energy; 1 with the worst row when
not; 0 with a line that says "skipped" where PyTorch is not installed. Needs torch and numpy, no other package.
"""
import argparse
import json
import struct
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(0)


def read_safetensors(path):
    """The tensors and the metadata: 8 bytes little-endian length of the header, the header as JSON, raw data."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    types = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "I32": np.int32, "U8": np.uint8}
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + length + start : 8 + length + end], dtype=types[entry["dtype"]])
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors, metadata


def write_safetensors(path, tensors, metadata):
    header, blocks, offset = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        block = tensor.detach().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(block)]}
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header).encode()
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def prepare(values, rows):
    """Rows in the units of the data as the model's values; `rows` is that entry of the metadata (JSON), or None."""
    rows = json.loads(rows) if rows else {}
    values = np.asarray(values, np.float64)
    if "shape" in rows:
        values = values.reshape(len(values), *rows["shape"])
    if "levels" in rows:
        # dequantised levels lie in the middle of their cells
        cells, offset = (rows["levels"], 0.5) if rows["dequantised"] else (max(1, rows["levels"] - 1), 0)
        values = rows["low"] + (rows["high"] - rows["low"]) * (values + offset) / cells
    elif "means" in rows:
        means, deviations = (np.reshape(rows[key], rows["shape"]) for key in ("means", "deviations"))
        values = (values - means) / deviations
    return values.astype(np.float32)


class Pooling(nn.Module):
    """The sum or mean over windows, or over all pixels: N x C x H x W -> N x C x h x w."""

    def __init__(self, mean, size):
        super().__init__()
        self.mean, self.size = mean, size

    def forward(self, x):
        size = (self.size, self.size) if self.size else x.shape[2:]
        means = nn.functional.avg_pool2d(x, size)
        return means if self.mean else means * (size[0] * size[1])


class Residual(nn.Module):
    """layers(x) + x, or layers(x) + shortcut(x)."""

    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers = layers
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, x):
        return self.layers(x) + (self.shortcut(x) if hasattr(self, "shortcut") else x)


class Condition(nn.Embedding):
    """A row of channels x height x width for each class."""

    def __init__(self, classes, shape):
        super().__init__(classes, shape[0] * shape[1] * shape[2])
        self.shape = shape

    def forward(self, labels):
        return super().forward(labels.reshape(-1).long()).reshape(-1, *self.shape)


def build(listed, shape, spectral):
    """The torch.nn.Sequential of a list of layers for (channels, height, width), and the shape that it gives."""
    layers = []
    channels, height, width = shape
    normalize = nn.utils.spectral_norm if spectral else (lambda module: module)
    activations = {
        "silu": lambda layer: nn.SiLU(),
        "softplus": lambda layer: nn.Softplus(),
        "relu": lambda layer: nn.ReLU(),
        "tanh": lambda layer: nn.Tanh(),
        "leakyReLU": lambda layer: nn.LeakyReLU(layer.get("slope", 0.01)),
        "elu": lambda layer: nn.ELU(layer.get("alpha", 1.0)),
    }
    for layer in listed:
        kind = layer["kind"]
        if kind == "dense":
            layers.append(normalize(nn.Linear(channels, layer["outputs"])))
            channels = layer["outputs"]
        elif kind == "convolution":
            kernel, stride, padding = layer["kernel"], layer.get("stride", 1), layer.get("padding", 0)
            layers.append(normalize(nn.Conv2d(channels, layer["channels"], kernel, stride, padding)))
            channels = layer["channels"]
            height, width = ((size + 2 * padding - kernel) // stride + 1 for size in (height, width))
        elif kind == "transposedConvolution":
            kernel, stride, padding = layer["kernel"], layer.get("stride", 1), layer.get("padding", 0)
            extra = layer.get("outputPadding", 0)
            layers.append(normalize(nn.ConvTranspose2d(channels, layer["channels"], kernel, stride, padding, extra)))
            channels = layer["channels"]
            height, width = ((size - 1) * stride - 2 * padding + kernel + extra for size in (height, width))
        elif kind == "groupNormalization":
            layers.append(nn.GroupNorm(layer["groups"], channels, layer.get("epsilon", 1e-5)))
        elif kind == "residual":
            inner, result = build(layer["layers"], (channels, height, width), spectral)
            shortcut = layer.get("shortcut")
            layers.append(Residual(inner, shortcut and build(shortcut, (channels, height, width), spectral)[0]))
            channels, height, width = result
        elif kind == "flatten":
            layers.append(nn.Flatten())
            channels, height, width = channels * height * width, 1, 1
        elif kind in ("sumPooling", "meanPooling"):
            size = layer.get("size")
            layers.append(Pooling(kind == "meanPooling", size))
            height, width = (height // size, width // size) if size else (1, 1)
        elif kind in activations:
            layers.append(activations[kind](layer))
        else:
            raise SystemExit(f"unknown kind of layer: {kind}")
    return nn.Sequential(*layers), (channels, height, width)


class Energy(nn.Module):
    """network(x) + |x|^2 / (2 s^2), with the parameters of a checkpoint; scaled by the noise that it is told where there is a preconditioning."""

    def __init__(self, metadata):
        super().__init__()
        description = json.loads(metadata["network"])
        shape = [description["input"][key] for key in ("channels", "height", "width")]
        told = description.get("condition") or {"kind": "none"}
        # files of earlier versions: so many channels of the input are told
        former = int(metadata.get("conditionChannels", "0"))
        if former:
            told, shape[0] = {"kind": "planes", "channels": former}, shape[0] - former
        self.kind, self.told = told["kind"], None
        if self.kind in ("planes", "labels"):
            self.told = (told["channels"], *shape[1:])
            shape[0] += told["channels"]
        elif self.kind == "image":
            self.told = tuple(told[key] for key in ("channels", "height", "width"))
            shape = [shape[0] + self.told[0], *self.told[1:]]
        if self.kind == "labels":
            self.condition = Condition(told["classes"], self.told)
        self.layers = build(description["layers"], shape, metadata.get("spectralNormalization") == "true")[0]
        deviation = metadata.get("referenceDeviation", "")
        self.deviation = float(deviation) if deviation not in ("", "null", "nil") else None
        if "noiseScale" in metadata:
            raise SystemExit("noiseScale: an energy of another version")
        # the noises that 0 and 1 stand for, the others geometrically between them, and the data's deviation
        self.preconditioning = [float(number) for number in metadata.get("preconditioning", "").split()]

    def join(self, x, told):
        """x with what it is told. Without anything to tell it is zeros: the lowest noise level, the first class."""
        if self.kind == "none":
            return x
        if told is None:
            told = x.new_zeros(len(x), *(() if self.kind == "labels" else self.told))
        if self.kind == "labels":
            told = self.condition(told)
        if self.kind == "image":
            x = x.reshape(len(x), -1, 1, 1).expand(-1, -1, *self.told[1:])
        return torch.cat([x, told.reshape(len(x), -1, *x.shape[2:])], 1)

    def forward(self, x, told=None):
        squares = x.reshape(len(x), -1).square().sum(1)
        if self.preconditioning:
            low, high, data = self.preconditioning
            level = x.new_zeros(len(x)) if told is None else told.reshape(len(x), -1)[:, 0]
            noise = low * (high / low) ** level
            variance = noise**2 + data**2
            inputs = x / variance.sqrt().reshape(-1, *[1] * (x.dim() - 1))
            energies = squares / (2 * variance) + data / noise * self.layers(self.join(inputs, told)).reshape(len(x))
        else:
            energies = self.layers(self.join(x, told)).reshape(len(x))
        return energies + squares / (2 * self.deviation**2) if self.deviation else energies


def load(path):
    tensors, metadata = read_safetensors(path)
    model = Energy(metadata).eval()
    # a file may hold more than the network: averages, generators
    own = {name: tensors[name] for name in model.state_dict() if name in tensors}
    model.load_state_dict(own, strict=True)
    return model, metadata


def compare(model_path, input_path, energies_path, tolerance, condition_path=None):
    model, metadata = load(model_path)
    x = torch.from_numpy(prepare(np.load(input_path), metadata.get("rows")))
    told = None if condition_path is None else torch.from_numpy(prepare(np.load(condition_path), metadata.get("conditionRows")))
    found = np.load(energies_path).astype(np.float64).reshape(-1)
    with torch.no_grad():
        parts = [slice(start, start + 256) for start in range(0, len(x), 256)]
        expected = torch.cat([model(x[part], None if told is None else told[part]) for part in parts]).double().numpy()
    if len(found) != len(expected):
        print(f"{len(found)} energies for {len(expected)} samples")
        return 1
    errors = np.abs(found - expected) / np.maximum(1, np.abs(expected))
    # not "worst > tolerance": NaN must not pass
    worst = int(np.argmax(np.where(np.isnan(errors), np.inf, errors)))
    if not errors[worst] <= tolerance:
        print(f"row {worst}: energy {found[worst]:.8g}, PyTorch {expected[worst]:.8g}, relative error {errors[worst]:.2g} > {tolerance:g}")
        return 1
    print(f"{len(found)} energies agree with PyTorch {torch.__version__}, largest relative error {errors.max():.2g}")
    return 0


def self_test():
    """Files made here must agree with themselves, and not with other energies."""
    torch.manual_seed(0)
    convolutional = [
        {"kind": "convolution", "channels": 4, "kernel": 3, "stride": 2, "padding": 1},
        {"kind": "leakyReLU", "slope": 0.2},
        {"kind": "meanPooling", "size": 2},
        {"kind": "flatten"},
        {"kind": "dense", "outputs": 5},
        {"kind": "elu"},
        {"kind": "dense", "outputs": 1},
    ]
    residual = [
        {"kind": "groupNormalization", "groups": 3},
        {"kind": "transposedConvolution", "channels": 4, "kernel": 4, "stride": 2, "padding": 1},
        {
            "kind": "residual",
            "layers": [{"kind": "convolution", "channels": 6, "kernel": 3, "stride": 2, "padding": 1}, {"kind": "silu"}],
            "shortcut": [{"kind": "convolution", "channels": 6, "kernel": 1, "stride": 2}],
        },
        {"kind": "flatten"},
        {"kind": "dense", "outputs": 1},
    ]
    image = {"height": 8, "width": 8, "channels": 3}
    plane = {"height": 1, "width": 1, "channels": 2}
    dense = [{"kind": "dense", "outputs": 8}, {"kind": "softplus"}, {"kind": "dense", "outputs": 1}]
    for number, (shape, layers, extra, samples) in enumerate(
        [
            (image, convolutional, {"spectralNormalization": "true"}, torch.randn(7, 3, 8, 8)),
            (plane, dense, {"referenceDeviation": "2.0"}, torch.randn(7, 2)),
            (image, residual, {}, torch.randn(7, 3, 8, 8)),
            (image, residual[1:], {"condition": {"kind": "labels", "classes": 7, "channels": 2}}, torch.randn(7, 3, 8, 8)),
            (plane, dense, {"condition": {"kind": "planes", "channels": 1}}, torch.randn(7, 2)),
            (plane, dense, {"condition": {"kind": "planes", "channels": 1}, "preconditioning": "0.5 2.0 0.7"}, torch.randn(7, 2)),
            (plane, residual[1:], {"condition": {"kind": "image", **image}}, torch.randn(7, 2)),
            (plane, dense, {"rows": '{"shape": [2], "means": [50, -2], "deviations": [7, 0.1]}'}, 50 + torch.randn(7, 2)),
            (image, convolutional, {"rows": '{"shape": [3, 8, 8], "levels": 4, "low": -1, "high": 1, "dequantised": true}'},
             torch.randint(0, 4, (7, 3, 8, 8)).float()),
        ]
    ):
        condition = extra.pop("condition", None)
        described = {"input": shape, "layers": layers, **({"condition": condition} if condition else {})}
        metadata = {"network": json.dumps(described), **extra}
        model = Energy(metadata).eval()
        told = None
        if condition:
            told = torch.arange(7.0) if condition["kind"] == "labels" else torch.randn(7, *model.told)
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            paths = [str(Path(folder) / name) for name in ("model.safetensors", "x.npy", "energies.npy")]
            write_safetensors(paths[0], model.state_dict(), metadata)
            energies = model(torch.from_numpy(prepare(samples.numpy(), metadata.get("rows"))), told).numpy()
            np.save(paths[1], samples.numpy())
            np.save(paths[2], energies)
            condition_path = None
            if told is not None:
                condition_path = str(Path(folder) / "condition.npy")
                np.save(condition_path, told.numpy())
            if compare(*paths, 1e-6, condition_path) != 0:
                return 1
            energies[3] += 0.01
            np.save(paths[2], energies)
            if compare(*paths, 1e-5, condition_path) != 1:
                print(f"self-test {number}: a wrong energy went unnoticed")
                return 1
    print("self-test passed")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    parser.add_argument("--condition", metavar="CONDITION.npy")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if len(arguments.files) != 3:
        parser.error("expected MODEL.safetensors INPUT.npy ENERGIES.npy")
    return compare(*arguments.files, arguments.tolerance, arguments.condition)


if __name__ == "__main__":
    sys.exit(main())
