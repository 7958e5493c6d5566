#!/usr/bin/env python3
"""Writes rows.txt, the data of the logistic regression that a test samples, and reference.json, what its posterior and other densities have by quadrature.

The posterior of three weights is summed on a grid of 161^3 points that reaches six standard deviations of its Laplace approximation to each side; one of
81^3 points gives the same to all digits that are written. The partition function of the field phi^4 on a lattice of L x L sites with periodic borders is the
trace of the L-th power of the transfer matrix from one row to the next, the sum of the L-th powers of its largest eigenvalues; each value of a site is on a grid,
where sums converge as fast as the density falls. Needs numpy and scipy.
"""

import json
import pathlib

import numpy as np
from scipy.optimize import minimize
from scipy.sparse.linalg import LinearOperator, eigsh
from scipy.special import logsumexp

FOLDER = pathlib.Path(__file__).parent
WIDTH = 2.0


def make_rows(count=60):
    random = np.random.default_rng(21)
    features = np.round(random.normal(size=(count, 2)), 3)
    probability = 1 / (1 + np.exp(-(0.5 + features @ [1.5, -1.0])))
    return features, (random.random(count) < probability).astype(int)


def energy(weights, rows):
    """E of weights, ... x 3, of rows that are multiplied by the sign of their label."""
    return np.logaddexp(0, -np.tensordot(weights, rows, axes=([-1], [1]))).sum(-1) + (weights**2).sum(-1) / (2 * WIDTH**2)


def posterior(rows, points):
    best = minimize(lambda w: energy(w, rows), np.zeros(3), tol=1e-10).x
    slope = 1 / (1 + np.exp(-rows @ best))
    precision = (rows * (slope * (1 - slope))[:, None]).T @ rows + np.eye(3) / WIDTH**2
    root = np.linalg.cholesky(np.linalg.inv(precision))
    axis = np.linspace(-7, 7, points)
    logs, sums, squares = [], np.zeros(3), np.zeros(3)
    for z in axis:
        grid = np.stack(np.meshgrid([z], axis, axis, indexing="ij"), -1).reshape(-1, 3)
        weights = best + grid @ root.T
        found = -energy(weights, rows)
        logs.append(logsumexp(found))
        mass = np.exp(found + energy(best, rows))
        sums += mass @ weights
        squares += mass @ weights**2
    total = np.exp(np.array(logs) + energy(best, rows)).sum()
    mean = sums / total
    log_z = logsumexp(logs) + 3 * np.log(axis[1] - axis[0]) + np.log(np.linalg.det(root))
    return mean, np.sqrt(squares / total - mean**2), log_z


def log_z_phi4(length, mass2, coupling, points, reach=2.5, eigenvalues=64):
    """log Z of L x L sites with periodic borders; with L = 2 there are two bonds between two sites side by side."""
    axis = np.linspace(-reach, reach, points)
    row = np.zeros((points,) * length)
    for site in range(length):
        place = axis.reshape([-1 if other == site else 1 for other in range(length)])
        beside = axis.reshape([-1 if other == (site + 1) % length else 1 for other in range(length)])
        row = row + mass2 / 2 * place**2 + coupling * place**4 + (beside - place) ** 2 / 2
    half = np.exp(-row / 2)
    bond = np.exp(-((axis[:, None] - axis[None, :]) ** 2) / 2) * (axis[1] - axis[0])

    def apply(vector):
        """The matrix from one row to the next: bonds of each site, between the roots of the weights of both rows."""
        values = half * vector.reshape(half.shape)
        for _ in range(length):
            # Each time the first site becomes the last one.
            values = np.tensordot(values, bond, axes=([0], [0]))
        return (half * values).ravel()

    matrix = LinearOperator((half.size, half.size), matvec=apply, dtype=float)
    found = eigsh(matrix, k=eigenvalues, return_eigenvectors=False, v0=half.ravel())
    return np.log((found**length).sum())


def main():
    features, labels = make_rows()
    lines = [f"{len(labels)} 2"] + [f"{a} {b} {label}" for (a, b), label in zip(features, labels)]
    (FOLDER / "rows.txt").write_text("\n".join(lines) + "\n")
    rows = np.column_stack([np.ones(len(labels)), features]) * np.where(labels == 1, 1, -1)[:, None]
    mean, deviation, log_z = posterior(rows, 161)
    coarse = posterior(rows, 81)
    assert np.allclose(mean, coarse[0], atol=1e-5) and abs(log_z - coarse[2]) < 1e-5, (mean, coarse)
    found = {
        "logistic": {"mean": mean.round(4).tolist(), "deviation": deviation.round(4).tolist(), "logZ": round(float(log_z), 4)},
        "phi4": {
            "mass2": -2, "lambda": 1,
            "logZ": {str(length): round(float(log_z_phi4(length, -2, 1, points)), 4) for length, points in ((2, 41), (4, 21))},
        },
    }
    assert abs(log_z_phi4(2, -2, 1, 41) - log_z_phi4(2, -2, 1, 61, 3.0, 128)) < 1e-6
    assert abs(log_z_phi4(4, -2, 1, 21) - log_z_phi4(4, -2, 1, 19, 2.4, 96)) < 1e-5
    (FOLDER / "reference.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
