"""The examples of Documentation/Python.md, its notebook, and the wheel."""

import contextlib
import io
import os
import pathlib
import re
import subprocess
import sys
import unittest

import ebm_dist
from support import ROOT, ProgramTest, needs

PAGE = (ROOT / "Documentation" / "Python.md").read_text()
NOTEBOOK = ROOT / "python" / "examples" / "digits.ipynb"


class PageTests(ProgramTest):
    @needs("torch", "pandas", "arviz")
    def test_the_examples_of_the_page_run_one_after_the_other_and_print_what_stands_there(self):
        examples = re.findall(r"```python\n(.*?)```", PAGE, re.S)
        self.assertGreaterEqual(len(examples), 5)
        for number, example in enumerate(examples, 1):
            with self.subTest(example=number):
                output = io.StringIO()
                with contextlib.redirect_stdout(output):
                    exec(compile(example, f"example {number} of the page", "exec"), {})
                for expected in re.findall(r"# prints: (.*)", example):
                    self.assertIn(expected, output.getvalue())

    @needs("nbclient", "nbformat", "ipykernel", "torch", "pandas")
    def test_the_notebook_of_the_page_runs(self):
        import nbclient
        import nbformat

        self.assertIn(NOTEBOOK.relative_to(ROOT).as_posix(), PAGE)
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        nbformat.validate(notebook)
        self.assertTrue(all(not cell.get("outputs") for cell in notebook.cells))
        # Its own kernel, whatever others this user has installed.
        os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
        nbclient.NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(self.folder)}}).execute()
        self.assertTrue(any("image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])))

    def test_every_public_name_is_on_the_page(self):
        for name in ebm_dist.__all__:
            self.assertIn(f"`{name}", PAGE)


class WheelTests(unittest.TestCase):
    @needs("build", "hatchling", "pip")
    def test_a_wheel_is_built_installed_and_says_its_types(self):
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            def run(*command, **variables):
                environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **variables}
                done = subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                return done.stdout

            run("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, str(ROOT / "python"))
            wheel = next(pathlib.Path(folder).glob("*.whl"))
            self.assertEqual(wheel.name, f"ebm_dist-{ebm_dist.__version__}-py3-none-any.whl")
            run("-m", "pip", "install", "--no-deps", "--no-index", "--target", "installed", str(wheel))
            said = run("-c", "import ebm_dist, ebm_dist.run as r; print(r.__file__, len(ebm_dist.BY_EXIT_CODE))", PYTHONPATH=f"{folder}/installed")
            self.assertIn(f"{folder}/installed/ebm_dist", said)
            self.assertTrue((pathlib.Path(folder) / "installed" / "ebm_dist" / "py.typed").exists())
