"""What a run folder holds."""

import json
import pathlib
import shutil
import sys
import unittest.mock

import numpy as np

import ebm_dist
from support import ProgramTest, needs, quick


class RunTests(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_of_digits = quick("digits", **{"model.widths": [16], "chains.buffer": 12, "sampler.steps": 2, "evaluate.every": 1, "run.steps": 3, "optimizer.average": 0.5})

    def test_configuration_pictures_and_checkpoints(self):
        run = self.run_of_digits
        self.assertEqual((run.configuration["model"]["widths"], run.configuration["sampler"]["steps"]), ([16], 2))
        self.assertEqual(run.checkpoints, [int(path.name[5:]) for path in sorted((run.path / "checkpoints").iterdir())])
        self.assertEqual(run.checkpoint().step, 3)
        self.assertEqual([path.name for path in run.pictures], [path.name for path in sorted((run.path / "samples").iterdir())])
        with self.assertRaisesRegex(ebm_dist.MissingInputError, "step 77"):
            run.checkpoint(77)

    def test_logs_are_tables_and_a_line_that_is_being_written_is_left_out(self):
        folder = pathlib.Path("copy")
        shutil.copytree(self.run_of_digits.path, folder)
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        with open(folder / "metrics.jsonl", "a") as file:
            file.write('{"step": 4, "energyGap": "-inf"}\n{"step": 5, "energ')
        run = ebm_dist.Run(folder)
        with unittest.mock.patch.dict(sys.modules, pandas=None):
            metrics, evaluations = run.metrics, run.evaluations
        self.assertEqual([row["step"] for row in metrics], [1, 2, 3, 4])
        self.assertEqual(metrics[3]["energyGap"], float("-inf"))
        self.assertEqual(metrics[1]["seconds.sampling"], lines[1]["seconds"]["sampling"])
        self.assertEqual(evaluations[-1]["samples.count"], 12)
        (folder / "evaluation.jsonl").unlink()
        self.assertEqual(len(run.evaluations), 0)

    @needs("pandas")
    def test_logs_are_tables_of_pandas_where_it_is_installed(self):
        metrics = self.run_of_digits.metrics
        self.assertEqual(list(metrics["step"]), [1, 2, 3])
        self.assertGreaterEqual(metrics["seconds.sampling"].min(), 0)

    def test_samples_are_the_chains_in_the_units_of_the_data(self):
        np.random.default_rng(0).normal(5, 3, (40, 2)).astype(np.float32).tofile("raw")
        np.save("table.npy", np.fromfile("raw", np.float32).reshape(-1, 2))
        runs = [
            self.run_of_digits,
            quick("bytes", **{"model.widths": [8], "chains.buffer": 12, "chains.storage": "byte", "sampler.low": -1, "sampler.high": 1}),
            quick("table", **{"data.source": "table.npy", "data.standardize": True, "objective.kind": "pcd", "model.widths": [8], "chains.buffer": 12}),
            quick(
                "ladder", **{
                    "data.source": "rings", "objective.kind": "pcd", "model.widths": [8], "chains.buffer": 12, "run.shards": 4, "sampler.kind": "mala",
                    "exchange.temperatures": [1, 3],
                },
            ),
        ]
        for run in runs:
            with self.subTest(run=run.path.name):
                samples = run.samples()
                np.testing.assert_allclose(samples, run.sample(len(samples), start="chains", steps=0), rtol=1e-6, atol=1e-6)
        self.assertLess(len(runs[-1].samples()), 24)

    def test_a_damaged_checkpoint_is_named(self):
        for name, damage, text in (
            ("cut", lambda path: path.write_bytes(path.read_bytes()[:-4]), "model.safetensors: expected"),
            ("overwritten", lambda path: path.write_bytes(b"\xff" * path.stat().st_size), "safetensors"),
            ("gone", lambda path: path.unlink(), "model.safetensors"),
        ):
            folder = pathlib.Path(name)
            shutil.copytree(self.run_of_digits.path, folder)
            run = ebm_dist.Run(folder)
            damage(run.checkpoint().path / "model.safetensors")
            with self.subTest(damage=name), self.assertRaisesRegex(ebm_dist.CheckpointError, text):
                run.checkpoint().rows()

    def test_the_temperature_is_that_of_the_program(self):
        keys = {"model.widths": [8], "chains.buffer": 12}
        samplers = [
            {"sampler.noise": 0.3, "sampler.stepSize": 0.2}, {"sampler.noise": None, "sampler.temperature": 0.7},
            {"sampler.kind": "mala", "sampler.temperature": 2.5},
            *(
                {"sampler.kind": "stanley", "sampler.preset": preset, "sampler.noise": 0.3, "sampler.stepSize": 0.2}
                for preset in ("algorithm", "text", "toyCode", "imageCode")
            ),
        ]
        for number, sampler in enumerate(samplers):
            with self.subTest(sampler=sampler):
                run = quick(f"temperature-{number}", **keys, **sampler, **{"run.steps": 1})
                ebm_dist.run_program(["evaluate", "--run", str(run.path), "--denoise", "0.3", "--denoise-rows", "2", "--denoise-steps", "2", "--out", "t.json"])
                found = json.loads(pathlib.Path("t.json").read_text())["denoising"]["temperature"]
                self.assertAlmostEqual(run.temperature, found, delta=1e-6 * found)

    def test_a_window_has_chains_and_draws_and_arviz_makes_data_of_it(self):
        run = self.run_of_digits
        ebm_dist.run_program(["diagnose", "--run", str(run.path), "--draws", "11", "--chains", "2", "--arviz", "window.json"])
        window = ebm_dist.read_window("window.json")
        self.assertEqual(window["posterior"]["projection"].shape, (4, 11, 8))
        self.assertEqual(window["sample_stats"]["energy"].shape, (4, 11))

    @needs("arviz")
    def test_arviz_finds_the_r_hat_and_the_effective_sample_sizes_of_diagnose(self):
        import arviz

        runs = [
            quick("mala", **{"model.widths": [16], "chains.buffer": 12, "sampler.kind": "mala", "sampler.stepSize": 0.02}),
            quick("plane", **{"data.source": "8gaussians", "objective.kind": "pcd", "model.widths": [16], "chains.buffer": 12}),
        ]
        for run in runs:
            with self.subTest(run=run.path.name):
                arguments = ["--draws", "12", "--chains", "3", "--out", "report.json", "--arviz", "window.json"]
                ebm_dist.run_program(["diagnose", "--run", str(run.path), *arguments])
                energies = ebm_dist.inference_data("window.json")["posterior"]["energy"].values
                self.assertEqual(energies.shape, (6, 12))
                report = json.loads(pathlib.Path("report.json").read_text())["diagnostics"]["functionals"][0]["summary"]
                numbers = {
                    "rHat": arviz.rhat(energies), "bulkESS": arviz.ess(energies, method="bulk"),
                    "tailESS": arviz.ess(energies, method="tail", prob=(0.05, 0.95)),
                }
                for key, found in numbers.items():
                    self.assertAlmostEqual(float(found), report[key], delta=1e-9 * abs(report[key]))

    @needs("arviz")
    def test_diagnose_gives_data_of_arviz(self):
        data = self.run_of_digits.diagnose(draws=11, chains=2)
        self.assertEqual((data["posterior"]["energy"].shape, data["posterior"]["projection"].shape), ((4, 11), (4, 11, 8)))
        self.assertIn("displacement", data["sample_stats"])
