"""The program as the package starts it."""

import pathlib
import signal
import subprocess
import sys

import numpy as np

import ebm_dist
from support import ProgramTest, quick


class ProgramTests(ProgramTest):
    def test_the_package_has_the_program_s_version(self):
        self.assertIn(f"ebm-dist {ebm_dist.__version__}", ebm_dist.run_program(["--version"]))

    def test_trains_under_mpirun_from_groups_of_keys_says_its_lines_and_gives_the_run(self):
        lines = []
        run = ebm_dist.train(
            {"data": {"source": "rings"}, "model": {"widths": [4, 4]}},
            ranks=2, progress=lines.append, run={"name": "mine", "steps": np.int64(3), "shards": 2, "chainsPerShard": 2},
            model={"widths": [8]}, **{"samples.every": 0},
        )
        self.assertEqual(run.path, pathlib.Path("runs/mine"))
        self.assertEqual(run.configuration["model"]["widths"], [8])
        self.assertTrue(any("2 ranks" in line for line in lines) and any("step 3/3" in line for line in lines), lines)
        self.assertEqual(run.checkpoints, [3])

    def test_the_folder_follows_from_the_data_where_nobody_names_the_run(self):
        pathlib.Path("table.csv").write_text("a,b\n" + "".join(f"{i * 7 % 5},{i * 3 % 4}.5\n" for i in range(40)))
        run = quick_without_name("table.csv")
        self.assertEqual(run.path, pathlib.Path("runs/table"))

    def test_refusals_are_exceptions_of_their_class(self):
        run = quick("refusing", **{"model.widths": [4], "chains.buffer": 12, "sampler.steps": 1})
        cases = [
            (ebm_dist.ConfigurationError, lambda: ebm_dist.train(run={"stepz": 3}), "run.steps"),
            (ebm_dist.MissingInputError, lambda: run.energy("nowhere.npy"), "nowhere.npy"),
            (ebm_dist.MissingInputError, lambda: ebm_dist.Run("nowhere"), "nowhere"),
            (ebm_dist.DataError, lambda: run.energy(np.zeros((3, 5))), "5"),
            (ebm_dist.UsageError, lambda: run.sample(3, label=1), "--label"),
            (ebm_dist.LaunchError, lambda: ebm_dist.train(out="more", ranks=3, progress=str, run={"shards": 2}), "shards"),
            (ebm_dist.RunFolderError, lambda: quick("refusing", **{"model.widths": [5], "chains.buffer": 12}), "model.widths"),
        ]
        for kind, action, text in cases:
            with self.subTest(kind=kind.__name__), self.assertRaisesRegex(kind, text):
                action()

    def test_a_request_to_stop_is_an_exception_and_the_same_call_continues(self):
        def stop(line):
            if line.startswith(("starting", "continuing")):
                pathlib.Path("stopped/STOP").touch()

        keys = {"run": {"steps": 100_000, "shards": 2, "chainsPerShard": 2}, "chains": {"buffer": 4}, "model": {"widths": [4]}, "samples": {"every": 0}}
        steps = [0]
        for _ in range(2):
            with self.assertRaises(ebm_dist.Stopped):
                ebm_dist.train(out="stopped", progress=stop, **keys)
            steps.append(ebm_dist.Run("stopped").checkpoints[-1])
        self.assertTrue(0 < steps[1] < steps[2] < 100_000, steps)

    def test_ctrl_c_saves_and_stops_the_ranks(self):
        code = "import ebm_dist; ebm_dist.train(ranks=2, out='interrupted', run={'steps': 100000, 'shards': 2, 'chainsPerShard': 2}, chains={'buffer': 4}, model={'widths': [4]}, samples={'every': 0})"
        self.interrupt(code, ["starting"])
        self.assertEqual(len(ebm_dist.Run("interrupted").checkpoints), 1)

    def test_a_second_ctrl_c_ends_a_program_that_does_not_stop(self):
        fake = self.folder / "deaf"
        fake.write_text("#!/bin/sh\ntrap 'echo asked' USR1\necho starting\nwhile :; do sleep 0.1; done\n")
        fake.chmod(0o755)
        code = f"import os, ebm_dist; os.environ['EBM_DIST'] = '{fake}'; ebm_dist.run_program([], progress=print)"
        self.interrupt(code, ["starting", "asked"])

    def interrupt(self, code, words):
        """Runs Python, sends it SIGINT when its program says each of some words, and expects that it ends of that."""
        process = subprocess.Popen([sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for word in words:
            next(line for line in process.stdout if line.startswith(word))
            process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertTrue(errors.rstrip().endswith("KeyboardInterrupt"), errors)


def quick_without_name(source):
    return ebm_dist.train(progress=str, data={"source": source}, run={"steps": 1, "shards": 2, "chainsPerShard": 2}, samples={"every": 0})
