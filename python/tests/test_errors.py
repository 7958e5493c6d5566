"""Exceptions and the exit codes that the README documents."""

import os
import re
import unittest

import ebm_dist
from support import ROOT, ProgramTest


class ErrorTests(unittest.TestCase):
    def test_every_documented_exit_code_has_a_class_of_its_own(self):
        table = (ROOT / "README.md").read_text().split("## Exit codes")[1].split("\n## ")[0]
        codes = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.M)} - {0}
        self.assertEqual(set(ebm_dist.BY_EXIT_CODE), codes)
        self.assertEqual(len(set(ebm_dist.BY_EXIT_CODE.values())), len(codes))
        page = (ROOT / "Documentation" / "Python.md").read_text()
        for code, kind in ebm_dist.BY_EXIT_CODE.items():
            self.assertIn(f"| `{kind.__name__}` | {code} |", page)


class ExitCodeTests(ProgramTest):
    """A program of two lines in the place of the real one: it ends as it is told."""

    def setUp(self):
        self.real = os.environ.get("EBM_DIST")
        fake = self.folder / "fake"
        fake.write_text('#!/bin/sh\necho working; printf "ebm-dist: one sentence\\nwith a second line\\n" >&2\neval "$1"\n')
        fake.chmod(0o755)
        os.environ["EBM_DIST"] = str(fake)

    def tearDown(self):
        if self.real is not None:
            os.environ["EBM_DIST"] = self.real

    def test_an_exit_code_raises_its_class_with_the_program_s_sentence(self):
        for code, kind in ebm_dist.BY_EXIT_CODE.items():
            lines = []
            with self.assertRaises(kind) as caught:
                ebm_dist.run_program([f"exit {code}"], progress=lines.append)
            self.assertEqual(type(caught.exception), kind)
            self.assertEqual(str(caught.exception), "one sentence\nwith a second line")
            self.assertEqual((caught.exception.code, lines), (code, ["working"]))
            self.assertEqual(caught.exception.command[1:], [f"exit {code}"])

    def test_an_exit_code_reaches_through_mpirun_without_its_notices(self):
        with self.assertRaises(ebm_dist.DivergenceError) as caught:
            ebm_dist.run_program(["exit 71"], ranks=1)
        self.assertEqual(str(caught.exception), "one sentence\nwith a second line")

    def test_other_ends_raise_the_base_class_with_their_code(self):
        for end, code in (("exit 3", 3), ("kill -KILL $$", 137)):
            with self.assertRaises(ebm_dist.EbmDistError) as caught:
                ebm_dist.run_program([end])
            self.assertEqual((type(caught.exception), caught.exception.code), (ebm_dist.EbmDistError, code))

    def test_another_launcher_stands_in_front(self):
        self.assertEqual(ebm_dist.run_program(["exit 0"], launcher=["env", "--"]), "working\n")
        with self.assertRaisesRegex(ValueError, "both"):
            ebm_dist.run_program(["exit 0"], launcher=["env", "--"], ranks=2)

    def test_a_failing_progress_reaches_the_caller(self):
        with self.assertRaises(ZeroDivisionError):
            ebm_dist.run_program(["sleep 60"], progress=lambda line: 1 / 0)

    def test_a_missing_program_is_named(self):
        os.environ["EBM_DIST"] = "/nowhere/ebm-dist"
        with self.assertRaisesRegex(ebm_dist.LaunchError, "/nowhere/ebm-dist.*make build"):
            ebm_dist.run_program([])
