"""Starts trainings."""

from __future__ import annotations

import json
import os
import pathlib
import tempfile
from typing import Any, Mapping, Optional, Sequence, Union

from .program import Progress, assignments, plain, run_program
from .run import Run
from .tensors import Path


def train(
    config: Union[Path, Mapping[str, Any], None] = None,
    *,
    ranks: Optional[int] = None,
    out: Optional[Path] = None,
    launcher: Optional[Sequence[str]] = None,
    progress: Progress = print,
    **keys: Any,
) -> Run:
    """`ebm-dist train`: starts a run, or continues the one in its folder, waits for its end, and gives it back.

    Args:
        config: a configuration file, or its contents as nested dictionaries.
        ranks: on this machine, started with `mpirun`; None: one process.
        out: the run folder; None: runs/NAME with the run's name.
        launcher: a command in front of the program in place of `mpirun`, such as `["srun", "--mpi=pmix"]`.
        progress: takes every line that the program says, as soon as it is said.
        keys: over the configuration, a dictionary for a group: `run={"steps": 500}, data={"source": "table.csv"}`.

    Raises:
        EbmDistError: of the class that belongs to the program's exit code. `Stopped`: the same call continues.
    """
    with tempfile.TemporaryDirectory() as folder:
        arguments = assignments(keys)
        if isinstance(config, Mapping):
            file = pathlib.Path(folder, "config.json5")
            file.write_text(json.dumps(config, default=plain), encoding="utf-8")
            config = file
        if config is not None:
            arguments.insert(0, os.fspath(config))
        if out is None:
            out = pathlib.Path("runs", _name(arguments))
        run_program(["train", "--out", os.fspath(out), *arguments], ranks=ranks, launcher=launcher, progress=progress)
    return Run(out)


def _name(arguments: Sequence[str]) -> str:
    """The name of the run that the arguments ask for, which may follow from the data."""
    import json5

    name: str = json5.loads(run_program(["config", *arguments]))["run"]["name"]
    return name
