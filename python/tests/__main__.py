"""Runs the tests of the package: python python/tests [PATTERN]

The program is the one that EBM_DIST names. What cannot be tried, for lack of a package or of the program, is told in lines that begin with "skipped: ".
"""

import collections
import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = str(HERE.parent)


def main():
    sys.path[:0] = [PACKAGE, str(HERE)]
    # For notebooks and other processes.
    os.environ["PYTHONPATH"] = os.pathsep.join([PACKAGE, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    for name in ("numpy", "json5", "safetensors"):
        try:
            __import__(name)
        except ImportError:
            print(f"skipped: the Python package: {sys.executable} has no {name}: pip install './python[all]'")
            return 0
    tests = unittest.defaultTestLoader.discover(str(HERE), pattern=sys.argv[1] if len(sys.argv) > 1 else "test_*.py")
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests)
    for reason, number in collections.Counter(reason for _, reason in result.skipped).items():
        print(f"skipped: the Python package: {reason} ({number} of its tests)")
    return 0 if result.wasSuccessful() and result.testsRun + len(result.skipped) > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
