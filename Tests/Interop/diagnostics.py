"""Prints what ArviZ says of given chains: the values that ReferenceDiagnosticsTests compares with.

    python diagnostics.py
"""

import warnings

import numpy

warnings.simplefilter("ignore")
import arviz  # noqa: E402


def series(chains, draws, correlation, shift, spread, steps):
    """Autoregressive chains of a linear congruential generator: the same doubles in every language."""
    rows = []
    for chain in range(chains):
        word, x, row = 1000003 * (chain + 1) % 2**31, 0.0, []
        for _ in range(draws):
            word = (1103515245 * word + 12345) % 2**31
            x = correlation * x + (word / 2**31 - 0.5)
            value = shift * chain + (1 + spread * chain) * x
            row.append(numpy.floor(value * steps) / steps if steps else value)
        rows.append(row)
    return numpy.array(rows)


CASES = [
    (4, 100, 0.5, 0, 0, 0),
    (4, 101, 0.9, 0, 0, 0),
    (3, 200, 0, 0.5, 0, 0),
    (4, 250, 0.25, 0, 1, 0),
    (1, 500, 0.75, 0, 0, 0),
    (4, 100, -0.5, 0, 0, 0),
    (5, 60, 0.5, 0, 0, 4),
]


def reference():
    print(f"// ArviZ {arviz.__version__}")
    for case in CASES:
        x = series(*case)
        values = [
            arviz.rhat(x, method="rank"),
            arviz.ess(x, method="bulk"),
            arviz.ess(x, method="tail"),
            arviz.ess(x, method="mean"),
            arviz.mcse(x, method="mean"),
        ]
        print(f".init({', '.join(str(v) for v in case)}, [{', '.join(repr(float(v)) for v in values)}]),")


reference()
