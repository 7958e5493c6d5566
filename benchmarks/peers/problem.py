"""What a peer trains: the network, the rows and the rates that a configuration of ebm-dist describes, and the conversation with the script that asks.

A peer is a process of its own. Its first line of input is a problem as JSON:
  configuration  as `ebm-dist config` prints it
  shape          of a row: [d] or [channels, height, width]
  rows           how many rows of uniform numbers are the data; null where the configuration names them
  seed, precision ("float" or "bfloat16"), ranks, variant (what a peer may do in several ways)
Each further line is {"do": NAME, ...}, a method of the peer with its arguments, and is answered by a line of JSON, one that says {"error": ...} where it
fails. The clock runs in `train` alone.
"""

import gzip
import json
import os
import resource
import struct
import sys
import time

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DIGITS = os.path.join(ROOT, "Sources", "Datasets", "Resources", "digits.csv.gz")

# What the peers know how to do. Another value of one of these keys is refused: it would be another training than ebm-dist's.
KNOWN = {
    "sampler.kind": ["langevin"], "sampler.gradientClip": [None], "sampler.low": [None], "sampler.high": [None], "sampler.noiseFirst": [False],
    "sampler.temperature": [1], "chains.storage": ["float"], "chains.replacement": ["inPlace"], "chains.noise": ["uniform"], "chains.noiseSpread": [0],
    "exchange.policy": ["none"], "exchange.temperatures": [[]], "objective.kind": ["pcd"], "objective.lastStep": [0], "objective.entropy": [0],
    "optimizer.kind": ["adam"], "optimizer.weightDecay": [0], "optimizer.schedule": ["constant"], "optimizer.clipSigma": [None],
    "model.kind": ["mlp", "convolution"], "model.activation": ["silu", "leakyReLU", "softplus"], "model.referenceDeviation": [None],
    "model.spectralNormalization": [False], "model.initial": [None], "data.flip": [False], "data.standardize": [False],
}


def check(configuration, known):
    for key, values in known.items():
        group, name = key.split(".")
        if configuration[group][name] not in values:
            raise ValueError(f"{key}: expected one of {values}, found {configuration[group][name]!r}: the peers know no other")


def layers(model, shape):
    """The layers of a network in the order of ebm-dist's: (kind, ...), each with its place in a sequence. Shapes are channels, height, width."""
    activation = ("activation", model["activation"], model["slope"])
    found, widths, place = [], model["widths"], list(shape)
    if model["kind"] == "convolution":
        widths = model["dense"]
        for channels, kernel, stride, padding in zip(model["channels"], model["kernels"], model["strides"], model["paddings"]):
            found += [("convolution", place[0], channels, kernel, stride, padding), activation]
            place = [channels] + [(side + 2 * padding - kernel) // stride + 1 for side in place[1:]]
    if len(shape) > 1:
        found.append(("flatten",))
    inputs = int(np.prod(place))
    for width in widths:
        found += [("dense", inputs, width), activation]
        inputs = width
    return found + [("dense", inputs, 1)]


class Rates:
    """The optimizer's learning rate and the decay of the parameters' average, by the updates made before."""

    def __init__(self, optimizer):
        self.base, self.warmup = optimizer["learningRate"], optimizer["warmupSteps"]
        self.limit, self.warms_average = optimizer["average"], optimizer["averageWarmup"]

    def rate(self, step):
        return self.base * min(1.0, (step + 1) / self.warmup) if self.warmup else self.base

    def decay(self, step):
        """As ParameterAverage.swift has it."""
        return min(self.limit, (2 + step) / (11 + step)) if self.warms_average else self.limit


class Rows:
    """The rows that are learned, on the model's scale; without `values` they are drawn anew, of the 25 Gaussians."""

    def __init__(self, problem):
        data, self.shape = problem["configuration"]["data"], tuple(problem["shape"])
        self.noise, self.cell, self.scale, self.values = data["noise"], 0.0, (0.0, 1.0), None
        if problem["rows"]:
            self.values = np.random.default_rng(1).random((problem["rows"], *self.shape), dtype=np.float32)
        elif data["source"] != "25gaussians":
            values, levels = read(data["source"])
            # x = low + (high - low) (v + u) / levels
            step = (data["high"] - data["low"]) / levels
            self.scale, self.cell = (data["low"], step), step
            self.values = (data["low"] + step * values).astype(np.float32).reshape(-1, *self.shape)

    # Centers of the 25 Gaussians, a row each, and their deviation.
    CENTERS = np.stack(np.meshgrid(*2 * [np.array([-4, -2, 0, 2, 4], np.float32) / np.float32(1.414)], indexing="ij"), -1).reshape(-1, 2)
    DEVIATION = 0.2 / 1.414

    def in_units_of_the_data(self, x):
        """Of dequantized levels the number whose cell has x in its middle."""
        return x if self.cell == 0 else (x - self.scale[0]) / self.cell - 0.5


def read(source):
    """Whole numbers of a data set and how many levels they have: "digits", or a folder with the images of MNIST's file format."""
    if source == "digits":
        return np.loadtxt(DIGITS, delimiter=",", dtype=np.float32)[:, :64], 17
    path = os.path.join(source, "train-images-idx3-ubyte.gz")
    with gzip.open(path) as file:
        content = file.read()
    magic, count, height, width = struct.unpack(">IIII", content[:16])
    if magic != 0x803:
        raise ValueError(f"{path}: expected images of MNIST's file format, found the number {magic:#x} in front")
    return np.frombuffer(content, np.uint8, offset=16).reshape(count, height * width).astype(np.float32), 256


def write_tensors(path, tensors):
    """A safetensors file of 32-bit floats."""
    header, offset = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [offset, offset + 4 * values.size]}
        offset += 4 * values.size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(np.ascontiguousarray(v, "<f4").tobytes() for v in tensors.values()))


class Peer:
    """What a script may ask. A peer has `step()`, and those of `ends()`, `averages()`, `chains()` and `energies()` that it is asked for."""

    def __init__(self, problem):
        self.problem, self.made = problem, 0

    def finish(self):
        """Waits for work that goes on in the background."""

    def train(self, steps):
        """Makes so many steps and says how long they took, and the most memory that this process has had."""
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
            self.made += 1
        self.finish()
        return {"seconds": time.perf_counter() - start, "mebibytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}

    def write_parameters(self, to):
        """The averaged parameters with ebm-dist's names."""
        write_tensors(to, self.averages())
        return {}

    def write_chains(self, to, count):
        """`count` chains, evenly chosen, in the units of the data."""
        chains = self.chains()
        np.save(to, self.rows.in_units_of_the_data(chains[np.arange(count) * len(chains) // count]).astype(np.float32))
        return {}

    def write_energies(self, of, to):
        """Of the rows in a file."""
        np.save(to, self.energies(np.load(of)).astype(np.float32))
        return {}


def converse(make):
    """Reads a problem, makes the peer, and answers until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    # What a library prints is no answer.
    os.dup2(2, 1)

    def answer(work):
        try:
            found = work()
        except Exception as error:  # whatever it is, the script that asks decides
            found = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(found), file=answers, flush=True)
        return "error" not in found

    peer = None

    def begin():
        nonlocal peer
        peer = make(json.loads(sys.stdin.readline()))
        return {}

    if not answer(begin):
        return
    for line in sys.stdin:
        command = json.loads(line)
        answer(lambda: getattr(peer, command.pop("do"))(**command))
