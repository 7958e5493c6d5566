"""Writes golden-measures.json: inputs and reference values that KernelGoldenTests and EstimateTests compare with.

pip install numpy scipy scikit-learn; python golden_measures.py > Tests/Fixtures/golden-measures.json
"""

import json

import numpy
from scipy.spatial.distance import pdist
from scipy.stats import bootstrap
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel

generator = numpy.random.default_rng(17)
x = generator.normal(size=(23, 3)).astype(numpy.float32)
y = (1.3 * generator.normal(size=(17, 3)) + 0.4).astype(numpy.float32)
positives = generator.normal(0.5, 1, 40).round(1)
negatives = generator.normal(0, 1, 60).round(1)


def mean_of_different(kernel):
    count = len(kernel)
    return (kernel.sum() - numpy.trace(kernel)) / (count * (count - 1))


def squared_discrepancy(kernel):
    """The unbiased estimate of MMD²."""
    a, b = x.astype(float), y.astype(float)
    return mean_of_different(kernel(a, a)) + mean_of_different(kernel(b, b)) - 2 * kernel(a, b).mean()


def stein_kernel(p, q, scale):
    """The Stein kernel of N(m, C) at two points, its derivatives of k by central differences."""

    def k(u, v):
        return 1 / numpy.sqrt(scale**2 + ((u - v) ** 2).sum())

    step, unit = 1e-4, numpy.eye(len(p))
    by_p = numpy.array([(k(p + step * e, q) - k(p - step * e, q)) / (2 * step) for e in unit])
    by_q = numpy.array([(k(p, q + step * e) - k(p, q - step * e)) / (2 * step) for e in unit])
    trace = sum(
        (k(p + step * e, q + step * e) - k(p + step * e, q - step * e) - k(p - step * e, q + step * e) + k(p - step * e, q - step * e))
        / (4 * step**2)
        for e in unit
    )
    s, t = score(p), score(q)
    return s @ t * k(p, q) + s @ by_q + t @ by_p + trace


mean = numpy.array([0.2, -0.1, 0.3])
precision = numpy.linalg.inv(numpy.array([[1.5, 0.4, 0], [0.4, 1, -0.2], [0, -0.2, 0.7]]))


def score(row):
    return -precision @ (row - mean)


both = numpy.concatenate([x, y]).astype(float)
median = numpy.median(pdist(both))
labels = numpy.concatenate([numpy.ones(40), numpy.zeros(60)])
scores = numpy.concatenate([positives, negatives])
rows = x.astype(float)


def interval(statistic, *columns):
    """Percentiles of 95 % over resamples of rows, columns together."""
    found = bootstrap(
        columns, statistic, paired=True, vectorized=True, n_resamples=40000, batch=4000, method="percentile", random_state=numpy.random.default_rng(5)
    ).confidence_interval
    return [float(found.low), float(found.high)]


def ratio(a, b, axis):
    return (a**2).sum(axis=axis) / (b**2).sum(axis=axis)


stein = numpy.array([[stein_kernel(p, q, 0.8) for q in rows] for p in rows])

print(
    json.dumps(
        {
            "x": x.ravel().tolist(),
            "y": y.ravel().tolist(),
            "columns": 3,
            "scoresOfX": [score(row).tolist() for row in rows],
            "positives": positives.tolist(),
            "negatives": negatives.tolist(),
            "medianDistance": float(median),
            "gaussian": float(squared_discrepancy(lambda a, b: rbf_kernel(a, b, gamma=1 / (2 * median**2)))),
            "cubic": float(squared_discrepancy(lambda a, b: polynomial_kernel(a, b, degree=3, gamma=1 / 3, coef0=1))),
            "stein": float(mean_of_different(stein)),
            "steinScale": 0.8,
            "auroc": float(roc_auc_score(labels, scores)),
            "auprc": float(average_precision_score(labels, scores)),
            "intervals": {
                "mean": interval(numpy.mean, negatives),
                "share": interval(lambda a, axis: (a > 0.5).mean(axis=axis), negatives),
                "ratio": interval(ratio, rows[:, 0], rows[:, 1]),
                "decibels": interval(lambda a, axis: -10 * numpy.log10((a**2).mean(axis=axis)), negatives),
            },
        },
        indent=1,
    )
)
