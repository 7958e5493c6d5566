"""Persistent contrastive divergence in JAX: see problem.py. A whole training step is one compiled function with a scan over the Langevin steps.

One thread a device. On two ranks the process has two devices, which train as PyTorch's two processes do: each its own chains, gradients averaged.
"""

import math
import os

import problem


def devices(task):
    """Before JAX is loaded: as many devices as ranks, of one thread each."""
    os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen=false --xla_force_host_platform_device_count={task['ranks']}"
    os.environ["JAX_PLATFORMS"] = "cpu"


class JaxPeer(problem.Peer):
    def __init__(self, task):
        super().__init__(task)
        devices(task)
        import jax

        jax.config.update("jax_default_prng_impl", task["variant"].get("generator", "threefry2x32"))
        self.jax, self.configuration = jax, task["configuration"]
        problem.check(self.configuration, problem.KNOWN)
        self.shape, self.ranks = tuple(task["shape"]), task["ranks"]
        # Images as JAX likes them: channels last.
        self.place = self.shape[1:] + self.shape[:1] if len(self.shape) == 3 else self.shape
        self.rows, self.rates = problem.Rows(task), problem.Rates(self.configuration["optimizer"])
        self.layers = problem.layers(self.configuration["model"], self.shape)
        self.state = self.initial(jax.random.PRNGKey(task["seed"]))
        self.compile()

    # The network.

    def initial_parameters(self, key):
        """PyTorch's defaults, as ebm-dist has them, times `initialScale`. Weights of dense layers are inputs x outputs, of convolutions HWIO."""
        jax, scale, found = self.jax, self.configuration["model"]["initialScale"], []
        for layer in self.layers:
            key, of_weight, of_bias = jax.random.split(key, 3)
            if layer[0] == "dense":
                shape, inputs = layer[1:3], layer[1]
            elif layer[0] == "convolution":
                shape, inputs = (layer[3], layer[3], layer[1], layer[2]), layer[1] * layer[3] ** 2
            else:
                continue
            bound = scale / math.sqrt(inputs)
            found.append({
                "weight": jax.random.uniform(of_weight, shape, minval=-bound, maxval=bound),
                "bias": jax.random.uniform(of_bias, shape[-1:], minval=-bound, maxval=bound)})
        return found

    def energy(self, parameters, x):
        jax, rest = self.jax, iter(parameters)
        activations = {
            "silu": lambda x, slope: jax.nn.silu(x), "leakyReLU": jax.nn.leaky_relu, "softplus": lambda x, slope: jax.nn.softplus(x)}
        for kind, *sizes in self.layers:
            if kind == "activation":
                x = activations[sizes[0]](x, sizes[1])
            elif kind == "flatten":
                x = x.reshape(len(x), -1)
            else:
                weight, bias = (lambda layer: (layer["weight"], layer["bias"]))(next(rest))
                if kind == "convolution":
                    x = jax.lax.conv_general_dilated(
                        x, weight, (sizes[3],) * 2, [(sizes[4],) * 2] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias
                else:
                    x = x @ weight + bias
        return x[:, 0]

    # Rows and chains.

    def draw(self, key, count, values):
        jax = self.jax
        of_row, of_level, of_noise = jax.random.split(key, 3)
        x = values[jax.random.randint(of_row, (count,), 0, len(values))]
        if self.rows.values is None:
            return x + self.rows.DEVIATION * jax.random.normal(of_noise, x.shape)
        if self.rows.cell:
            x = x + self.rows.cell * jax.random.uniform(of_level, x.shape)
        return x + self.rows.noise * jax.random.normal(of_noise, x.shape) if self.rows.noise else x

    def fresh(self, key, count, values):
        """Chains that begin."""
        chains = self.configuration["chains"]
        if chains["restartFrom"] == "data":
            return self.draw(key, count, values)
        return self.jax.random.uniform(key, (count, *self.place), minval=chains["noiseLow"], maxval=chains["noiseHigh"])

    def sample(self, parameters, x, key):
        jax, sampler = self.jax, self.configuration["sampler"]
        step, noise = sampler["stepSize"], sampler["noise"]
        noise = math.sqrt(2 * step) if noise is None else noise
        slope = jax.grad(lambda x: self.energy(parameters, x).sum())
        move = lambda x, key: (x - step * slope(x) + noise * jax.random.normal(key, x.shape), None)
        return jax.lax.scan(move, x, jax.random.split(key, sampler["steps"]))[0]

    # A training step, of one device.

    def update(self, state, values, rate, decay):
        jax, chains, count = self.jax, self.configuration["chains"], self.count
        parameters, first, second, average, buffer, key, made = state
        key, of_place, of_chance, of_start, of_moves, of_rows = jax.random.split(key, 6)
        places = jax.random.randint(of_place, (count,), 0, len(buffer))
        x = buffer[places]
        if chains["restartProbability"] > 0:
            again = jax.random.uniform(of_chance, (count,) + (1,) * len(self.place)) < chains["restartProbability"]
            x = jax.numpy.where(again, self.fresh(of_start, count, values), x)
        x = self.sample(parameters, x, of_moves)
        gradient = jax.grad(self.loss)(parameters, self.draw(of_rows, count, values), x)
        if self.ranks > 1:
            gradient = jax.lax.pmean(gradient, "ranks")
        made = made + 1
        parameters, first, second = self.adam(parameters, self.clipped(gradient), first, second, made, rate)
        if self.rates.limit is not None:
            average = jax.tree.map(lambda a, p: decay * a + (1 - decay) * p, average, parameters)
        return parameters, first, second, average, buffer.at[places].set(x), key, made

    def loss(self, parameters, rows, x):
        energies = self.energy(parameters, self.jax.numpy.concatenate([rows, x]))
        alpha = self.configuration["objective"]["energyRegularization"]
        return energies[:self.count].mean() - energies[self.count:].mean() + (2 * alpha * (energies ** 2).mean() if alpha else 0)

    def clipped(self, gradient):
        jax, limit = self.jax, self.configuration["optimizer"]["clipNorm"]
        if limit is None:
            return gradient
        norm = jax.numpy.sqrt(sum((g ** 2).sum() for g in jax.tree.leaves(gradient)))
        return jax.tree.map(lambda g: g * jax.numpy.minimum(1, limit / norm), gradient)

    def adam(self, parameters, gradient, first, second, made, rate):
        jax, optimizer = self.jax, self.configuration["optimizer"]
        beta1, beta2, epsilon = (optimizer[name] for name in ("beta1", "beta2", "epsilon"))
        first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradient)
        second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, second, gradient)
        move = lambda p, m, v: p - rate * (m / (1 - beta1 ** made)) / (jax.numpy.sqrt(v / (1 - beta2 ** made)) + epsilon)
        return jax.tree.map(move, parameters, first, second), first, second

    # State, compilation, and what a script asks for.

    def initial(self, key):
        jax, run, chains = self.jax, self.configuration["run"], self.configuration["chains"]
        self.count = run["shards"] * run["chainsPerShard"] // self.ranks
        values = self.rows.values
        if values is None:
            values = self.rows.CENTERS
        elif len(self.shape) == 3:
            values = values.transpose(0, 2, 3, 1)
        self.values = jax.numpy.asarray(values)
        of_parameters, of_chains, key = jax.random.split(key, 3)
        parameters = self.initial_parameters(of_parameters)
        zeros = jax.tree.map(jax.numpy.zeros_like, parameters)
        average = jax.tree.map(jax.numpy.array, parameters)
        capacity = chains["buffer"] // self.ranks

        def of_rank(rank):
            buffer = self.fresh(jax.random.fold_in(of_chains, rank), capacity, self.values)
            return parameters, zeros, zeros, average, buffer, jax.random.fold_in(key, rank), jax.numpy.float32(0)

        if self.ranks == 1:
            # Every part a buffer of its own, since a step writes over all of them.
            return jax.tree.map(lambda part: jax.numpy.array(part, copy=True), of_rank(0))
        state = jax.tree.map(lambda *parts: jax.numpy.stack(parts), *[of_rank(rank) for rank in range(self.ranks)])
        # Each device its part, as a step leaves it: another place would be compiled for again.
        on_devices = jax.pmap(lambda part: part)
        self.values = on_devices(jax.numpy.stack([self.values] * self.ranks))
        return on_devices(state)

    def compile(self):
        """Before the first step, so that no clock sees it."""
        jax = self.jax
        if self.ranks == 1:
            made = jax.jit(self.update, donate_argnums=0)
        else:
            made = jax.pmap(self.update, "ranks", in_axes=(0, 0, None, None), donate_argnums=0)
        self.work = made.lower(self.state, self.values, 0.0, 0.0).compile() if self.ranks == 1 else made

    def step(self):
        decay = 0.0 if self.rates.limit is None else self.rates.decay(self.made)
        self.state = self.work(self.state, self.values, self.rates.rate(self.made), decay)
        if self.ranks > 1:
            # Its collectives on a CPU end the process when many short steps wait in line.
            self.finish()

    def finish(self):
        self.jax.block_until_ready(self.state)

    def averages(self):
        """Networks of dense layers: the only ones whose parameters are asked for."""
        dense = [index for index, layer in enumerate(self.layers) if layer[0] == "dense"]
        found, source = {}, self.state[3 if self.rates.limit is not None else 0]
        for index, layer in zip(dense, source):
            found[f"layers.{index}.weight"] = self.jax.device_get(layer["weight"]).T
            found[f"layers.{index}.bias"] = self.jax.device_get(layer["bias"])
        return found

    def chains(self):
        buffer = self.jax.device_get(self.state[4]).reshape(-1, *self.place)
        return buffer.transpose(0, 3, 1, 2) if len(self.shape) == 3 else buffer

    def energies(self, rows):
        return self.jax.device_get(self.energy(self.state[0], rows.transpose(0, 2, 3, 1) if len(self.shape) == 3 else rows))

    def describe(self):
        return {"parameters": sum(part.size for part in self.jax.tree.leaves(self.state[0])) // self.ranks}


if __name__ == "__main__":
    problem.converse(JaxPeer)
