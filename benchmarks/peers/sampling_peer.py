"""Draws of densities by BlackJAX, and what draws of any program are worth: see benchmarks/own-energy.

    sampling_peer.py draw TASK.json DRAWS.npy     prints {"warm-up": seconds, "seconds": of the draws}: of the processor, without compilation
    sampling_peer.py ladder RUN DRAWS.npy         the coldest chains of a run's checkpoints on a ladder of temperatures as draws
    sampling_peer.py measure TARGET DRAWS.npy     prints effective sample sizes, R-hat and errors of moments

DRAWS has (chain, draw, value). One thread.
"""

import json
import os
import sys
import time
import warnings

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
os.environ["JAX_PLATFORMS"] = "cpu"
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402

# Those of examples/energies/mixture.c.
MEANS = np.array([
    (2.18, 5.76), (8.67, 9.59), (4.24, 8.48), (8.41, 1.68), (3.93, 8.82), (3.25, 3.47), (1.70, 0.50), (4.59, 5.60), (6.91, 5.81), (6.87, 5.40),
    (5.41, 2.65), (2.70, 7.88), (4.98, 3.70), (1.14, 2.39), (8.33, 9.50), (4.93, 1.50), (1.83, 0.09), (2.26, 0.31), (5.54, 6.86), (1.69, 8.11)])
WIDTH, DEPTH, WELLS = 0.1, 8.0, 20


# Targets: the log density of a row, chains x d starts, exact means and deviations.

def well_deviation():
    x = np.linspace(-3, 3, 20001)
    weight = np.exp(-DEPTH * (x**2 - 1) ** 2)
    return float(np.sqrt((x**2 * weight).sum() / weight.sum()))


EXACT = {
    "banana": (np.array([1.0, 11.0]), np.sqrt([10.0, 240.1])),
    "wells": (np.zeros(WELLS), np.array([well_deviation()] + [1.0] * (WELLS - 1))),
    "mixture": (MEANS.mean(0), np.sqrt(MEANS.var(0) + WIDTH**2))}


def log_density(name):
    import jax.numpy as jnp
    from jax.scipy.special import logsumexp

    if name == "banana":
        return lambda x: -((1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2) / 20
    if name == "wells":
        return lambda x: -DEPTH * (x[0] ** 2 - 1) ** 2 - (x[1:] ** 2).sum() / 2
    means = jnp.asarray(MEANS, jnp.float32)
    return lambda x: logsumexp(-((x - means) ** 2).sum(1) / (2 * WIDTH**2))


def starts(name, chains, random):
    if name == "mixture":
        return random.uniform(0, 10, (chains, 2)).astype(np.float32)
    return random.normal(size=(chains, len(EXACT[name][0]))).astype(np.float32)


# BlackJAX.

def clocked(work, *arguments):
    """What a compiled function gives, and its seconds at its second call: the first one compiles."""
    import jax

    keys, rest = arguments[0], arguments[1:]
    jax.block_until_ready(work(keys[0], *rest))
    began = time.process_time()
    found = jax.block_until_ready(work(keys[1], *rest))
    return found, time.process_time() - began


def draw(task):
    """(chain, draw, value), and seconds of warm-up and of draws."""
    import blackjax
    import jax
    import jax.numpy as jnp
    import optax

    density = log_density(task["target"])
    chains, first = task["chains"], jnp.asarray(starts(task["target"], task["chains"], np.random.default_rng(task["seed"])))
    warm, burn, run = [jax.random.split(key) for key in jax.random.split(jax.random.PRNGKey(task["seed"]), 3)]
    method, options = task["method"], task.get("options", {})
    if method == "smc":
        return temper(task, density, run)
    if method == "chees":
        adaptation = blackjax.chees_adaptation(density, chains)

        functions = {}

        def adapt(key):
            states, parameters = adaptation.run(
                key, first, 0.1, optax.adam(0.05), task["warmup"], max_sampling_steps=task["burn"] + task["draws"])[0]
            # Functions are no result of what is compiled, and the same for every key.
            functions.update({name: value for name, value in parameters.items() if callable(value)})
            return states, {name: value for name, value in parameters.items() if not callable(value)}
        (adapted, numbers), warming = clocked(jax.jit(adapt), warm)
        algorithm = blackjax.dynamic_hmc(density, **numbers, **functions)
        begin = lambda key: adapted  # noqa: E731
    else:
        kernel = getattr(blackjax, method)
        adaptation = blackjax.window_adaptation(kernel, density, **options, **task.get("adaptation", {}))
        adapt = jax.jit(lambda key: adaptation.run(key, first[0], task["warmup"])[0].parameters)
        numbers, warming = clocked(adapt, warm)
        algorithm = kernel(density, **{**numbers, **options})
        begin = lambda key: jax.vmap(algorithm.init)(first)  # noqa: E731

    def together(key, states, count):
        """All chains step by step."""
        def step(states, key):
            states, _ = jax.vmap(algorithm.step)(jax.random.split(key, chains), states)
            return states, states.position
        return jax.lax.scan(step, states, jax.random.split(key, count))

    def in_turn(key, states, count):
        """One chain after the other, which none waits for."""
        def chain(pair):
            def step(state, key):
                state, _ = algorithm.step(key, state)
                return state, state.position
            return jax.lax.scan(step, pair[1], jax.random.split(pair[0], count))
        states, positions = jax.lax.map(chain, (jax.random.split(key, chains), states))
        return states, positions.swapaxes(0, 1)

    go = in_turn if task.get("inTurn") else together
    (states, _), burning = clocked(jax.jit(lambda key: go(key, begin(key), task["burn"])), burn)
    (_, positions), seconds = clocked(jax.jit(lambda key, states: go(key, states, task["draws"])), run, states)
    return np.asarray(positions).swapaxes(0, 1), warming + burning, seconds


def temper(task, density, keys):
    """Adaptive tempered sequential Monte Carlo from a wide normal density: particles, each a chain of one draw."""
    import blackjax
    import blackjax.smc.resampling as resampling
    import jax
    import jax.numpy as jnp

    def prior(x):
        return -((x - 5) ** 2).sum() / 32

    options = task["options"]
    parameters = blackjax.smc.extend_params({
        "step_size": options["stepSize"], "inverse_mass_matrix": jnp.ones(2), "num_integration_steps": options["leapfrogSteps"]})
    sampler = blackjax.adaptive_tempered_smc(
        prior, lambda x: density(x) - prior(x), blackjax.hmc.build_kernel(), blackjax.hmc.init, parameters, resampling.systematic, 0.5,
        num_mcmc_steps=options["steps"])

    def go(key):
        first, rest = jax.random.split(key)
        state = sampler.init(5 + 4 * jax.random.normal(first, (task["chains"], 2)))

        def step(carry):
            key, state = carry
            key, own = jax.random.split(key)
            return key, sampler.step(own, state)[0]
        _, state = jax.lax.while_loop(lambda carry: carry[1].tempering_param < 1, step, (rest, state))
        return state.particles
    found, seconds = clocked(jax.jit(go), keys)
    return np.asarray(found)[:, None], 0.0, seconds


# Checkpoints of ebm-dist.

def tensors(path):
    """The tensors of a safetensors file of floats and bytes."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header, data = json.loads(file.read(length)), file.read()
    types = {"F32": np.float32, "U8": np.uint8}
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items() if name != "__metadata__" and entry["dtype"] in types}


def ladder(run):
    """(chain, draw, value): chains of one place in all shards are a ladder, whose coldest one is its draw. There are as many shards as rungs."""
    draws = []
    folder = os.path.join(run, "checkpoints")
    # The first one is the warm-up's end.
    for name in sorted(name for name in os.listdir(folder) if name.startswith("step-"))[1:]:
        found = tensors(os.path.join(folder, name, "chains.safetensors"))
        levels = found["level"].reshape(found["level"].max() + 1, -1)
        chains = found["chains"].reshape(*levels.shape, -1)
        draws.append(chains[levels.argmin(0), np.arange(levels.shape[1])])
    return np.stack(draws, 1)


# What draws are worth.

def measure(name, draws):
    import arviz

    draws = draws.astype(float)
    mean, deviation = EXACT[name]
    flat = draws.reshape(-1, draws.shape[-1])
    found = {
        "chains": draws.shape[0], "draws": draws.shape[1],
        "meanError": float(np.abs((flat.mean(0) - mean) / deviation).max()), "deviationError": float(np.abs(flat.std(0) / deviation - 1).max())}
    series = {f"x{place}": draws[..., place] for place in range(draws.shape[-1])}
    if name == "wells":
        series["right"] = (draws[..., 0] > 0).astype(float)
        found["share"] = float(series["right"].mean())
    if name == "mixture":
        nearest = np.stack([((draws - mean) ** 2).sum(-1) for mean in MEANS], -1).argmin(-1)
        shares = np.bincount(nearest.ravel(), minlength=len(MEANS)) / nearest.size
        series = {f"mode {mode}": (nearest == mode).astype(float) for mode in range(len(MEANS))}
        # Σ p (1 - p) over Σ (found - p)²: independent draws would have errors as large if there were so many of them.
        found["squaredError"] = float(((shares - 1 / len(MEANS)) ** 2).sum())
        found["modes"] = int((shares > 0).sum())
    if draws.shape[1] >= 4:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # What never changes was never sampled.
            sizes = {key: float(arviz.ess(values, method="bulk")) if np.ptp(values) > 0 else 0.0 for key, values in series.items()}
            # A mode that no chain was in has none.
            worst = max(float(np.nan_to_num(arviz.rhat(values), nan=np.inf)) for values in series.values())
            found["rHat"] = min(worst, 1000.0)
        found["worst"] = min(sizes, key=sizes.get)
        found["ess"] = sizes[found["worst"]]
    return found


def main():
    command, what, path = sys.argv[1:]
    if command == "measure":
        print(json.dumps(measure(what, np.load(path))))
        return
    if command == "ladder":
        draws = ladder(what)
        np.save(path, draws)
        print(json.dumps({"chains": draws.shape[0], "draws": draws.shape[1]}))
        return
    with open(what, encoding="utf-8") as file:
        task = json.load(file)
    draws, warming, seconds = draw(task)
    np.save(path, draws)
    print(json.dumps({"warm-up": warming, "seconds": seconds}))


if __name__ == "__main__":
    main()
