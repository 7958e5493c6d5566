#!/usr/bin/env python3
"""Writes draws.json: the posterior of the logistic regression of rows.txt as NumPyro's NUTS draws it, by means and standard deviations with their Monte Carlo
errors. Four chains of 10,000 draws after 2,000 of warm-up; errors are those of ArviZ. Needs numpyro and arviz.
"""

import json
import pathlib

import arviz
import jax
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpyro.infer import MCMC, NUTS

FOLDER = pathlib.Path(__file__).parent


def model(features, labels):
    weights = numpyro.sample("w", dist.Normal(0, 2).expand([3]))
    numpyro.sample("label", dist.Bernoulli(logits=weights[0] + features @ weights[1:]), obs=labels)


def main():
    jax.config.update("jax_enable_x64", True)
    table = np.loadtxt(FOLDER / "rows.txt", skiprows=1)
    sampler = MCMC(NUTS(model), num_warmup=2000, num_samples=10_000, num_chains=4, chain_method="vectorized", progress_bar=False)
    sampler.run(jax.random.PRNGKey(1), table[:, :2], table[:, 2])
    draws = np.asarray(sampler.get_samples(group_by_chain=True)["w"])
    found = {"numpyro": numpyro.__version__, "draws": int(draws.shape[0] * draws.shape[1])}
    for name, value in (("mean", draws.mean((0, 1))), ("deviation", draws.std((0, 1)))):
        method = "mean" if name == "mean" else "sd"
        errors = [float(arviz.mcse(draws[..., weight], method=method)) for weight in range(3)]
        found[name] = {"value": value.round(5).tolist(), "error": np.round(errors, 5).tolist()}
    (FOLDER / "draws.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
