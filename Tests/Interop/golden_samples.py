"""Writes Tests/Fixtures/samples.json: two random sets of features and what other programs find of them, which GoldenSamplesTests compares with.

pip install numpy scipy scikit-learn torch torchmetrics; python golden_samples.py
"""

import json
import pathlib

import numpy
import scipy.linalg
import sklearn.metrics
import sklearn.neighbors
import torch
from sklearn.metrics.pairwise import polynomial_kernel
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.kid import poly_mmd

random = numpy.random.default_rng(17)
COLUMNS, NEIGHBOUR = 6, 3

mix = random.normal(size=(COLUMNS, COLUMNS))
data = numpy.round(random.normal(size=(60, COLUMNS)) @ mix / 2, 3)
samples = numpy.round(random.normal(size=(45, COLUMNS)) @ mix / 2.5 + 0.4, 3)


def frechet(a, b):
    """scipy's square root of a matrix, and torchmetrics."""
    moments = [(x.mean(0), numpy.cov(x, rowvar=False)) for x in (a, b)]
    (m, c), (n, d) = moments
    root = scipy.linalg.sqrtm(c @ d)
    own = ((m - n) ** 2).sum() + numpy.trace(c + d) - 2 * numpy.trace(root).real
    theirs = _compute_fid(*[torch.tensor(x) for pair in moments for x in pair]).item()
    assert abs(own - theirs) < 1e-9, (own, theirs)
    return own


def kernel(a, b):
    """scikit-learn's kernel, and torchmetrics, which wants two sets of one size."""

    def unbiased(a, b):
        k = [polynomial_kernel(x, y, degree=3, gamma=1 / COLUMNS, coef0=1) for x, y in ((a, a), (b, b), (a, b))]
        m, n = len(a), len(b)
        own = [(k[i].sum() - numpy.trace(k[i])) / (s * (s - 1)) for i, s in ((0, m), (1, n))]
        return sum(own) - 2 * k[2].mean()

    same = len(a)
    theirs = poly_mmd(torch.tensor(a), torch.tensor(b[:same]), degree=3, gamma=None, coef=1.0).item()
    assert abs(unbiased(a, b[:same]) - theirs) < 1e-9, (unbiased(a, b[:same]), theirs)
    return unbiased(a, b)


def within(rows, others):
    """Which rows lie in a ball about another one that reaches to its third nearest neighbour (Kynkaanniemi et al., 2019)."""
    search = sklearn.neighbors.NearestNeighbors(n_neighbors=NEIGHBOUR + 1, algorithm="brute").fit(others)
    radii = search.kneighbors(others)[0][:, -1]
    return (sklearn.metrics.pairwise_distances(rows, others) <= radii).any(1).mean()


def nearest(rows, others):
    found = sklearn.neighbors.NearestNeighbors(n_neighbors=2, algorithm="brute").fit(others).kneighbors(rows)
    return {"distances": found[0].tolist(), "places": found[1].tolist()}


half = len(data) // 2
training, held_out = data[:half], data[half:]
near, far = nearest(samples, training), nearest(held_out, training)
distances = [numpy.array(x["distances"])[:, 0] for x in (near, far)]
closer = sklearn.metrics.roc_auc_score([0] * len(samples) + [1] * len(held_out), numpy.concatenate(distances))

values = {
    "columns": COLUMNS,
    "samples": samples.ravel().tolist(),
    "data": data.ravel().tolist(),
    "frechetDistance": frechet(samples, data),
    "kernelDistance": kernel(samples, data),
    "precision": within(samples, data[: len(samples)]),
    "recall": within(data[: len(samples)], samples),
    "trainingRows": half,
    "nearestToSamples": near,
    "closerThanHeldOut": closer,
}
path = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "samples.json"
path.write_text(json.dumps(values) + "\n")
print({key: value for key, value in values.items() if isinstance(value, float)})
