"""Diagnostics of chains and ArviZ.

    python diagnostics.py reference    prints the values that ReferenceDiagnosticsTests compares with
    python diagnostics.py open FILE    opens a file of `ebm-dist diagnose --arviz` and prints what ArviZ finds in it
"""

import json
import sys
import warnings

try:
    warnings.simplefilter("ignore")
    import arviz
    import numpy
except ImportError:
    print("skipped: no ArviZ")
    sys.exit(0)


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


def opened(path):
    if hasattr(arviz, "from_json"):
        data = arviz.from_json(path)
    else:
        with open(path) as file:
            groups = json.load(file)
        data = arviz.from_dict({name: groups[name] for name in ("posterior", "sample_stats")})
    posterior = data["posterior"]
    sizes = dict(posterior.sizes)
    print(f"ArviZ {arviz.__version__}: {sizes['chain']} chains, {sizes['draw']} draws")
    print("posterior:", " ".join(sorted(posterior.data_vars)))
    print("sample_stats:", " ".join(sorted(data["sample_stats"].data_vars)))
    for name in sorted(posterior.data_vars):
        if posterior[name].ndim == 2:
            x = posterior[name].values
            print(name, repr(float(arviz.rhat(x))), repr(float(arviz.ess(x, method="bulk"))), repr(float(arviz.ess(x, method="tail"))))


if sys.argv[1] == "reference":
    reference()
else:
    opened(sys.argv[2])
