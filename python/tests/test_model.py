"""Energies of the PyTorch module beside those of the program."""

import json
import pathlib

import numpy as np

import ebm_dist
from ebm_dist.program import run_program
from support import ROOT, ProgramTest, needs, normals, quick, random_images, within, write_cifar, write_mnist

#: Purposes of random numbers (Documentation/Randomness.md).
SAMPLING_START, INFERENCE_START, SAMPLING_PROPOSAL = 96, 104, 111

#: Six rows of each kind: all of them are the data of every step.
LABELS = [7, 0, 3, 7, 1, 9]


def small(layers):
    """Layers with at most sixteen channels."""
    return [{**layer, "channels": min(layer["channels"], 16)} if "channels" in layer else layer for layer in layers]


def reduced(config):
    """A configuration with few channels and short chains, of the data of the tests."""
    config = {group: {} for group in ("data", "model", "sampler", "optimizer")} | {group: dict(keys) for group, keys in config.items()}
    model = config["model"]
    if "channels" in model:
        model["channels"] = [4, 6, 8, 8][: len(model["channels"])]
        model["groups"] = min(model.get("groups", 0), 2)
    model.update({"widths": [min(width, 24) for width in model["widths"]]} if "widths" in model else {})
    config["sampler"]["steps"] = 2
    if "sharpenAfter" in config.get("objective", {}):
        config["objective"].update({"sharpenAfter": 1, "sharpenSteps": 2})
    if "buffer" in config.get("chains", {}):
        config["chains"]["buffer"] = 12
    for part in ("generator", "encoder"):
        if part in config:
            config[part]["layers"] = small(config[part]["layers"])
    config["data"].update({"source": config["data"].get("source", "digits").split("/")[-1], "noise": 0})
    if "encoder" in config:
        # What training and evaluate report of data is compared: nothing in these may be random.
        config["data"].update({"flip": False, "dequantize": False})
    # Large parameters, so that energies differ by more than their rounding.
    model.pop("initialDeviation", None)
    model["initialScale"] = 3
    config["optimizer"]["warmupSteps"] = 0
    for group in ("run", "report", "checkpoint", "samples"):
        config.pop(group, None)
    if "posterior" in config:
        # Chains that stay where they start.
        config["posterior"] = {"steps": 1, "stepSize": 1e-9}
    if config.get("condition", {}).get("kind") == "image":
        config["condition"]["source"] = "edges.npy"
    return config


@needs("torch")
class ConfigurationTests(ProgramTest):
    """Every configuration of configs/, at a small size."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.images = {"mnist": random_images(0, 6, 1, 28), "fashion-mnist": random_images(1, 6, 1, 28), "cifar10": random_images(2, 6, 3, 32)}
        for name in ("mnist", "fashion-mnist"):
            write_mnist(pathlib.Path(name), cls.images[name], LABELS)
        write_cifar(pathlib.Path("cifar10"), cls.images["cifar10"], LABELS)
        # Floats: they are prepared in another way than the bytes that they belong to.
        np.save("edges.npy", random_images(3, 6, 1, 28).astype(np.float32) / 100)

    def trained(self, name):
        import json5

        path = ROOT / "configs" / f"{name}.json5"
        return quick(name, reduced(json5.loads(path.read_text())))

    @staticmethod
    def rows(run):
        if run.configuration["data"]["source"] in ("rings", "25gaussians"):
            return np.random.default_rng(5).normal(0, 2, (8, 2)).astype(np.float32)
        if run.configuration["data"]["source"] == "digits":
            return np.random.default_rng(5).integers(0, 17, (8, 8, 8)).astype(np.uint8)
        shape = run.checkpoint().rows().shape
        return random_images(5, 8, shape[0], shape[1])

    def test_energies_are_those_of_ebm_dist_energy(self):
        import torch

        kinds = set()
        for path in sorted((ROOT / "configs").glob("*.json5")):
            with self.subTest(configuration=path.stem), torch.no_grad():
                run = self.trained(path.stem)
                kind = run.configuration["condition"]["kind"]
                kinds.add(kind)
                for weights in ("average", "current"):
                    model = run.model(weights=weights)
                    if kind == "label":
                        # `energy` finds the classes of rows in their file.
                        source = run.configuration["data"]["source"]
                        within(self, model(self.images[pathlib.Path(source).name], LABELS), run.energy(source, weights=weights))
                    elif kind != "none":
                        self.check_conditional(run, run.model(step=1, weights="current"))
                    elif model.is_latent:
                        self.check_latent(run, model, weights)
                    else:
                        rows = self.rows(run)
                        within(self, model(rows), run.energy(rows, weights=weights))
        self.assertEqual(kinds, {"none", "label", "mask", "image"})

    def check_conditional(self, run, model):
        """The mean energy of the data of the second step, of which each row was a part, under the parameters after the first."""
        images = self.images["fashion-mnist"]
        conditions = {
            "image": lambda: np.load("edges.npy"),
            "planes": lambda: model.visible(images, np.arange(28)[:, None].repeat(28, 1) < 14),
        }
        energies = model(images, conditions[model.condition_kind]()).double().numpy()
        metrics = [json.loads(line) for line in (run.path / "metrics.jsonl").read_text().splitlines()]
        within(self, energies.mean(), metrics[1]["dataEnergy"], spread=energies.std())

    def check_latent(self, run, model, weights):
        """|x - g(z)|²/2σ² + U(z) of latent vectors that do not leave their start."""
        rows = self.rows(run)
        tile = run.configuration["run"]["chainsPerShard"]
        starts = [normals(INFERENCE_START, tile * 64, index=index).reshape(tile, 64) for index in range(3)]
        z = np.concatenate(starts)[: len(rows)]
        energies = run.energy(rows, weights=weights)
        within(self, model.joint(rows, z), energies)
        # U is a small part of that: of one row that z decodes to it is all.
        exact = model.decode(z[:1]).numpy()
        joint = model.joint(exact, z[:1])
        within(self, joint, run.energy(exact, weights=weights), spread=abs(float(joint)), tolerance=1e-4)

    def test_a_generator_makes_the_samples_of_ebm_dist_sample(self):
        import torch

        images = random_images(4, 3, 1, 28).astype(np.float32) / 100
        np.save("given.npy", images)
        cases = [
            ("cifar-teaching", None, {}), ("mnist-teaching", None, {}), ("fashion-teaching", [7, 7, 7], {"label": 7}),
            ("fashion-edges", images, {"options": ["--condition", "given.npy"]}),
        ]
        for name, condition, options in cases:
            with self.subTest(configuration=name), torch.no_grad():
                run = self.trained(name)
                model = run.model()
                latents = run.configuration["generator"]["latent"]
                z = normals(SAMPLING_START, 3 * latents).reshape(3, latents)
                samples = run.sample(3, start="generator", steps=0, **options)
                within(self, model.decode(z, condition), samples)

    def test_an_encoder_finds_the_means_that_evaluate_reconstructs_from(self):
        import torch

        np.save("others.npy", random_images(6, 6, 3, 32))
        run = self.trained("cifar-teaching")
        run_program(["evaluate", "--run", str(run.path), "--data", "others.npy", "--count", "6", "--steps", "0", "--out", "measures.json"])
        measures = json.loads(pathlib.Path("measures.json").read_text())["reconstruction"]
        model = run.model()
        rows = np.load("others.npy")
        with torch.no_grad():
            means, variances = model.encode(rows)
            error = (model.prepare(model.decode(means)) - model.prepare(rows)).square().mean()
        self.assertEqual((means.shape, variances.shape, measures["rows"]), ((6, 100), (6, 100), 6))
        within(self, error, measures["error"], spread=measures["error"])


#: Further networks, over the digits.
NETWORKS = {
    "mlp": {"model.widths": [32, 16], "model.referenceDeviation": 2, "model.spectralNormalization": True, "model.activation": "softplus"},
    "noise levels": {
        "model.widths": [32], "model.referenceDeviation": 3, "objective.kind": "denoisingScore", "objective.levels": 3, "objective.lowNoise": 0.2,
        "objective.noise": 0.8,
    },
    "tied noise levels": {
        "model.widths": [32], "objective.kind": "denoisingScore", "objective.levels": 3, "objective.lowNoise": 0.2, "objective.noise": 0.8,
        "objective.tie": "dual",
    },
    "convolution": {
        "model.kind": "convolution", "model.channels": [4, 8], "model.kernels": [3, 4], "model.strides": [1, 2], "model.paddings": [1, 1],
        "model.dense": [8], "model.activation": "relu", "model.spectralNormalization": True, "model.normalizeLast": False,
    },
    "pooling": {
        "model.kind": "layers",
        "model.layers": [
            {"kind": "convolution", "channels": 4, "kernel": 3, "padding": 1}, {"kind": "elu", "alpha": 0.7}, {"kind": "meanPooling", "size": 2},
            {"kind": "convolution", "channels": 6, "kernel": 3}, {"kind": "tanh"}, {"kind": "sumPooling"}, {"kind": "flatten"},
            {"kind": "dense", "outputs": 5}, {"kind": "elu"}, {"kind": "dense", "outputs": 1},
        ],
    },
    "readouts": {
        "model.kind": "layers", "model.spectralNormalization": True, "model.normalizeLast": False,
        "model.layers": [
            {
                "kind": "readouts",
                "layers": [
                    {"kind": "convolution", "channels": 4, "kernel": 3, "padding": 1}, {"kind": "silu"},
                    {"kind": "convolution", "channels": 6, "kernel": 3, "stride": 2}, {"kind": "tanh"}, {"kind": "flatten"},
                    {"kind": "dense", "outputs": 5}, {"kind": "softplus"}, {"kind": "dense", "outputs": 1},
                ],
            },
            {"kind": "scaling", "factor": 2.5},
        ],
    },
    "restricted Boltzmann machine": {"model.kind": "rbm", "model.widths": [16], "model.outputFactor": 2},
    "readouts of all levels": {"model.widths": [16, 12, 8], "model.activation": "silu", "model.readouts": True, "model.outputFactor": 3},
    "normalised convolutions with readouts": {
        "model.kind": "convolution", "model.channels": [4, 6, 8], "model.kernels": [3, 3, 3], "model.strides": [1, 2, 2], "model.paddings": [1, 1, 1],
        "model.dense": [5], "model.groups": 2, "model.readouts": True,
    },
    "unet": {
        "model.kind": "unet", "model.channels": [4, 6, 5], "model.kernels": [3, 4, 2], "model.strides": [1, 2, 2], "model.paddings": [1, 1, 0], "model.blocks": 1,
        "model.referenceDeviation": 2, "model.outputFactor": 3, "model.spectralNormalization": True, "model.normalizeLast": False,
    },
    "inner product": {
        "model.kind": "layers",
        "model.layers": [
            {
                "kind": "innerProduct",
                "layers": [
                    {"kind": "convolution", "channels": 4, "kernel": 3, "stride": 2}, {"kind": "silu"},
                    {"kind": "transposedConvolution", "channels": 1, "kernel": 3, "stride": 2, "outputPadding": 1},
                ],
            },
            {"kind": "dense", "outputs": 3}, {"kind": "tanh"}, {"kind": "innerProduct", "layers": [{"kind": "dense", "outputs": 3}]},
        ],
    },
    "inner product beside levels": {
        "model.kind": "unet", "model.channels": [4], "model.kernels": [3], "model.strides": [1], "model.paddings": [1], "model.output": "none",
        "objective.kind": "denoisingScore", "objective.levels": 3, "objective.lowNoise": 0.2, "objective.noise": 0.8,
    },
    "residual": {
        "model.kind": "layers", "model.spectralNormalization": True,
        "model.layers": [
            {"kind": "convolution", "channels": 6, "kernel": 3, "stride": 2, "padding": 1}, {"kind": "groupNormalization", "groups": 3},
            {"kind": "silu"}, {"kind": "transposedConvolution", "channels": 5, "kernel": 4, "stride": 2, "padding": 1}, {"kind": "leakyReLU", "slope": 0.1},
            {
                "kind": "residual", "shortcut": [{"kind": "convolution", "channels": 8, "kernel": 1, "stride": 2}],
                "layers": [
                    {"kind": "convolution", "channels": 8, "kernel": 3, "stride": 2, "padding": 1}, {"kind": "silu"},
                    {"kind": "residual", "layers": [{"kind": "convolution", "channels": 8, "kernel": 1}, {"kind": "silu"}]},
                ],
            },
            {"kind": "flatten"}, {"kind": "groupNormalization", "groups": 1}, {"kind": "dense", "outputs": 12},
            {"kind": "transposedConvolution", "channels": 3, "kernel": 2, "stride": 3, "outputPadding": 1}, {"kind": "flatten"}, {"kind": "dense", "outputs": 1},
        ],
    },
}


def kinds_of(layers):
    """The kinds of layers and of those inside of them."""
    for layer in layers:
        yield layer["kind"]
        yield from kinds_of(layer.get("layers", []) + layer.get("shortcut", []))


@needs("torch")
class NetworkTests(ProgramTest):
    def test_every_kind_of_layer_that_the_program_knows_is_tried_here(self):
        with self.assertRaises(ebm_dist.ConfigurationError) as caught:
            ebm_dist.train(out="unknown", model={"kind": "layers", "layers": [{"kind": "unknown"}]})
        known = str(caught.exception).split("Known kinds: ")[1].split(", ")
        tried = {keys["model.activation"] for keys in NETWORKS.values() if "model.activation" in keys}
        tried.update(kind for keys in NETWORKS.values() for kind in kinds_of(keys.get("model.layers", [])))
        self.assertEqual(tried, set(known))

    def test_energies_of_every_kind_of_layer_are_those_of_ebm_dist_energy(self):
        import torch

        rows = np.random.default_rng(1).integers(0, 17, (12, 1, 8, 8)).astype(np.uint8)
        rows[::2] //= 3
        for name, keys in NETWORKS.items():
            with self.subTest(network=name), torch.no_grad():
                levels = "objective.levels" in keys
                run = quick(name.replace(" ", "-"), **keys, **({} if levels else {"chains.buffer": 12, "sampler.steps": 2}))
                model = run.model()
                energies = run.energy(rows)
                within(self, model(rows), energies)
                # In double the sums of PyTorch are exact: what is left is the program's.
                within(self, model.double()(rows), energies)
                if levels:
                    within(self, model(rows, model.noises[0]), energies)
                    self.assertGreater(float((model(rows, 0.4) - torch.from_numpy(energies)).abs().max()), 0.1)

    def test_a_generator_of_colours_ends_in_rows_of_pixels_however_it_is_built(self):
        import torch

        np.save("colours.npy", random_images(0, 6, 3, 4))
        for kind, layers in (
            ("vector", [{"kind": "dense", "outputs": 48}]),
            ("image", [{"kind": "transposedConvolution", "channels": 3, "kernel": 4}]),
            ("flattened", [{"kind": "transposedConvolution", "channels": 3, "kernel": 4}, {"kind": "flatten"}, {"kind": "tanh"}]),
        ):
            with self.subTest(end=kind), torch.no_grad():
                run = quick(
                    kind, **{"data.source": "colours.npy", "objective.kind": "variationalTeaching", "generator.latent": 4, "generator.layers": layers, "sampler.steps": 1}
                )
                z = normals(SAMPLING_START, 3 * 4).reshape(3, 4)
                within(self, run.model().decode(z), run.sample(3, start="generator", steps=0))

    def test_proposals_level_by_level_are_the_samples_of_ebm_dist_sample_without_steps(self):
        import torch

        np.save("proposed.npy", random_images(0, 6, 3, 4))
        common = {
            "objective.kind": "diffusionCD", "objective.estimator": "recovery", "objective.levels": 3, "objective.lowNoise": 0.1, "objective.noise": 0.8,
            "objective.proposal": True, "chains.noise": "gaussian", "chains.noiseDeviation": 1.5, "sampler.steps": 1,
        }
        noises = 0.1 * 8 ** (np.arange(4) / 3)
        layers = [{"kind": "convolution", "channels": 5, "kernel": 3, "padding": 1}, {"kind": "silu"}, {"kind": "convolution", "channels": 3, "kernel": 1}]
        for name, shape, keys in (
            ("points", (1, 1, 2), {"data.source": "moons", "proposal.widths": [8]}),
            ("colours", (4, 4, 3), {"data.source": "proposed.npy", "proposal.layers": layers}),
        ):
            with self.subTest(name), torch.no_grad():
                run = quick(f"proposed {name}", **common, **keys)
                model = run.model()

                def numbers(purpose, step=0):
                    # Channels stand innermost in a tile of the program.
                    noise = normals(purpose, 3 * int(np.prod(shape)), step=step).reshape(3, *shape).transpose(0, 3, 1, 2)
                    return torch.from_numpy(noise.reshape(3, *model.rows.shape)).float()

                x = 1.5 * numbers(SAMPLING_START)
                for number, level in enumerate((2, 1, 0)):
                    noise, above = noises[level], noises[level + 1]
                    mean = model.prepare(model.propose(model.restore(x), noise, above))
                    x = mean + noise / above * (above**2 - noise**2) ** 0.5 * numbers(SAMPLING_PROPOSAL, number)
                within(self, model.restore(x), run.sample(3, steps=0))

    def test_the_gradient_is_that_of_the_rows_in_the_units_of_the_data(self):
        import torch

        run = quick("gradient", **{"model.widths": [16], "chains.buffer": 12})
        model = run.model().double()
        rows = torch.full((1, 1, 8, 8), 7.0, dtype=torch.float64, requires_grad=True)
        model(rows).sum().backward()
        step = torch.zeros_like(rows)
        step[0, 0, 3, 4] = 1e-3
        with torch.no_grad():
            difference = float(model(rows + step) - model(rows - step)) / 2e-3
        within(self, float(rows.grad[0, 0, 3, 4]), difference, spread=abs(difference), tolerance=1e-4)

    def test_tables_are_standardised_as_in_training_in_float_and_in_double(self):
        import torch

        random = np.random.default_rng(3)
        for name, table in (
            ("doubles", np.stack([1.6e9 + 60 * random.normal(size=20), random.normal(size=20)], 1)),
            ("floats", np.stack([1e4 + random.normal(size=20), random.normal(size=20)], 1).astype(np.float32)),
        ):
            with self.subTest(numbers=name), torch.no_grad():
                np.save(f"{name}.npy", table)
                run = quick(name, **{"data.source": f"{name}.npy", "data.standardize": True, "model.widths": [16]})
                within(self, run.model()(table), run.energy(table))

    def test_a_model_file_alone_is_a_model_and_saves_to_the_same_names(self):
        import torch

        run = quick("alone", **{"model.widths": [16], "chains.buffer": 12, "model.spectralNormalization": True})
        path = run.checkpoint().path / "model.safetensors"
        model, (tensors, _) = ebm_dist.load_model(path), ebm_dist.read_tensors(path)
        self.assertEqual({name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}, {name: tensor.shape for name, tensor in tensors.items()})
        torch.save(model, "model.pt")
        rows = np.arange(128).reshape(2, 64) % 17
        with torch.no_grad():
            np.testing.assert_array_equal(torch.load("model.pt", weights_only=False)(rows), run.model()(rows))

    def test_energies_with_classes_are_those_of_training(self):
        import torch

        table = np.concatenate([np.random.default_rng(1).normal(size=(24, 2)), np.arange(24)[:, None] % 3], 1)
        np.savetxt("classes.csv", table, delimiter=",", header="a,b,class", comments="")
        # A step sees all rows; noise that is far below the data leaves the energies of denoising as they are.
        common = {
            "data.source": "classes.csv", "data.labelColumn": "last", "condition.kind": "label", "condition.channels": 3, "data.noise": 0,
            "model.initialScale": 3, "optimizer.warmupSteps": 0, "run.shards": 4, "run.chainsPerShard": 6,
        }
        levels = {"objective.kind": "denoisingScore", "objective.levels": 2, "objective.lowNoise": 1e-6, "objective.noise": 4e-6}
        for name, arguments in (("discrepancy", {"objective.kind": "energyDiscrepancy"}), ("levels", levels)):
            with self.subTest(name), torch.no_grad():
                run = quick(name, **common, **arguments)
                model = run.model(step=1, weights="current")
                noises = [None] if model.noises is None else [model.noises[0], model.noises[1]]
                if name == "levels":
                    self.assertFalse(torch.equal(model(table[:, :2], table[:, 2], noises[0]), model(table[:, :2], table[:, 2], noises[1])))
                    np.testing.assert_array_equal(model(table[:, :2], table[:, 2], noises[0]), model(table[:, :2], table[:, 2]))
                    continue
                energies = model(table[:, :2], table[:, 2]).double().numpy()
                metrics = [json.loads(line) for line in (run.path / "metrics.jsonl").read_text().splitlines()]
                within(self, energies.mean(), metrics[1]["dataEnergy"], spread=energies.std())

    def test_conditions_that_do_not_fit_are_refused(self):
        import torch

        table = np.concatenate([np.random.default_rng(1).normal(size=(30, 2)), np.arange(30)[:, None] % 3], 1)
        np.savetxt("classes.csv", table, delimiter=",", header="a,b,class", comments="")
        run = quick("classes", **{"data.source": "classes.csv", "data.labelColumn": "last", "condition.kind": "label", "objective.kind": "variationalTeaching", "sampler.steps": 1, "generator.latent": 2})
        model = run.model()
        with torch.no_grad():
            for condition in ([0, 2], 1):
                self.assertEqual(model(table[:2, :2], condition).shape, (2,))
            with self.assertRaisesRegex(ValueError, "class"):
                model(table[:2, :2])
            with self.assertRaisesRegex(ebm_dist.DataError, "0 to 2"):
                model(table[:2, :2], [0, 3])
        plain = quick("plain", **{"model.widths": [16], "chains.buffer": 12}).model()
        with self.assertRaisesRegex(ValueError, "no condition"):
            plain(np.zeros((1, 64), np.uint8), 1)
