"""What the tests share: small trainings, made-up data, the program's random numbers."""

import importlib.util
import os
import pathlib
import shutil
import struct
import tempfile
import unittest

import numpy as np

import ebm_dist

ROOT = pathlib.Path(__file__).resolve().parents[2]


def needs(*names):
    """Skips a test where packages are not installed."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    return unittest.skipIf(missing, f"no {', '.join(missing)}")


class ProgramTest(unittest.TestCase):
    """A class of tests that start the program, with a folder of its own as the working folder."""

    @classmethod
    def setUpClass(cls):
        try:
            ebm_dist.find_program()
        except ebm_dist.LaunchError as error:
            raise unittest.SkipTest(str(error)) from error
        cls.before = os.getcwd()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="ebm-"))
        os.chdir(cls.folder)

    @classmethod
    def tearDownClass(cls):
        os.chdir(cls.before)
        shutil.rmtree(cls.folder)


#: Keys of a training that takes a moment.
QUICK = {"run.threads": 1, "run.shards": 2, "run.chainsPerShard": 3, "run.steps": 2, "report.every": 1, "checkpoint.every": 1, "samples.every": 0}


def quick(name, config=None, **keys):
    """A training of two steps with a checkpoint after each."""
    return ebm_dist.train(config, out=name, progress=lambda line: None, **{**QUICK, **keys})


def random_images(seed, count, channels, size):
    """Bytes of images of different contrast, so that their energies differ."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, channels, size, size))
    return (images * random.uniform(0, 1, (count, 1, 1, 1))).astype(np.uint8)


def write_mnist(folder, images, labels):
    """Images N x 1 x height x width and labels as MNIST has them."""
    folder.mkdir()
    (folder / "train-images-idx3-ubyte").write_bytes(struct.pack(">IIII", 0x803, len(images), *images.shape[2:]) + images.tobytes())
    (folder / "train-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, len(labels)) + bytes(labels))


def write_cifar(folder, images, labels):
    """Images N x 3 x 32 x 32 and labels as CIFAR-10 has them."""
    folder.mkdir()
    (folder / "data_batch_1.bin").write_bytes(b"".join(bytes([label]) + image.tobytes() for label, image in zip(labels, images)))


def normals(purpose, count, seed=1, step=0, index=0):
    """Standard normal numbers of a stream of the program's (Documentation/Randomness.md), within 3e-6."""
    blocks = np.arange((count + 63) // 64 * 16, dtype=np.uint64)
    words = [blocks, *(np.full_like(blocks, word) for word in (index, step & 0xFFFFFFFF, purpose << 24 | step >> 32))]
    keys = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        left, right = words[0] * np.uint64(0xD2511F53), words[2] * np.uint64(0xCD9E8D57)
        low, high = np.uint64(0xFFFFFFFF), np.uint64(32)
        words = [right >> high ^ words[1] ^ np.uint64(keys[0]), right & low, left >> high ^ words[3] ^ np.uint64(keys[1]), left & low]
        keys = [(keys[0] + 0x9E3779B9) & 0xFFFFFFFF, (keys[1] + 0xBB67AE85) & 0xFFFFFFFF]
    parts = []
    for first, second in ((0, 1), (2, 3)):
        radius = np.sqrt(-2 * np.log((words[first] + 0.5) / 2**32))
        angle = 2 * np.pi * words[second] / 2**32
        parts += [radius * np.cos(angle), radius * np.sin(angle)]
    # Groups of sixteen blocks: part by part.
    return np.stack([part.reshape(-1, 16) for part in parts], 1).reshape(-1)[:count]


def within(test, found, expected, spread=None, tolerance=1e-5):
    """Whether numbers agree, relative to the spread of the expected ones."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    spread = expected.std() if spread is None else spread
    test.assertEqual(found.shape, expected.shape)
    test.assertTrue(np.isfinite(expected).all() and spread > 0, f"{expected}")
    # Not "worst > tolerance": NaN must not pass.
    worst = np.abs(found - expected).max() / spread
    test.assertTrue(worst <= tolerance, f"differ by {worst:.2g} of the spread {spread:.2g}:\n{found}\n{expected}")
