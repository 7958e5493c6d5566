"""Starts the program, shows what it says, and turns the way it ends into exceptions."""

from __future__ import annotations

import json
import logging
import os
import queue
import shutil
import signal
import subprocess
import threading
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from .errors import BY_EXIT_CODE, EbmDistError, LaunchError

#: Takes a line that the program says on stdout.
Progress = Callable[[str], object]

_log = logging.getLogger("ebm_dist")

#: Ranks of one machine: they may be more than its cores, then give waiting cores away, and talk through memory.
_LOCAL = {
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_pml": "ob1",
    "OMPI_MCA_btl": "self,vader",
}
_AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
#: In containers Open MPI would warn with every message.
_IN_CONTAINER = {"OMPI_MCA_btl_vader_single_copy_mechanism": "none"}


def find_program() -> str:
    """The path of the program: the variable EBM_DIST, else `ebm-dist` in PATH.

    Raises:
        LaunchError: where there is none.
    """
    named = os.environ.get("EBM_DIST")
    found = shutil.which(named or "ebm-dist")
    if found is None:
        place = f"EBM_DIST={named}" if named else "PATH"
        raise LaunchError(f"expected the program ebm-dist in {place}, found none: build it with make build and set EBM_DIST=.build/release/ebm-dist")
    return os.path.abspath(found)


def run_program(
    arguments: Sequence[str],
    *,
    ranks: Optional[int] = None,
    launcher: Optional[Sequence[str]] = None,
    progress: Progress = _log.info,
) -> str:
    """Runs the program to its end and returns what it said on stdout.

    Ctrl-C (KeyboardInterrupt) asks the program to save and stop, and waits for it; a second one ends it at once.

    Args:
        arguments: of the command line.
        ranks: starts as many on this machine, with `mpirun`; None: the program as one process.
        launcher: starts it with this command in front instead, such as `["srun", "--mpi=pmix"]`.
        progress: takes every line of stdout as soon as it is said.

    Raises:
        EbmDistError: of the class that belongs to the exit code, with what the program said.
    """
    start, variables = _start(ranks, launcher)
    command = [*start, find_program(), *arguments]
    # A session of its own: mpirun must not see the terminal's Ctrl-C, of which its ranks would die.
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**variables, **os.environ}, text=True,
        encoding="utf-8", errors="replace", start_new_session=True,
    )
    try:
        output, errors, interrupted = _follow(process, progress)
        code = process.wait()
    finally:
        # Where `progress` failed.
        if process.poll() is None:
            process.send_signal(signal.SIGUSR1)
    if interrupted:
        raise KeyboardInterrupt
    if code != 0:
        raise _failure(code, errors, command)
    return "".join(output)


def _follow(process: subprocess.Popen[str], progress: Progress) -> Tuple[List[str], List[str], bool]:
    """What a process says on stdout and on stderr up to its end, and whether Ctrl-C asked for that."""
    said: queue.SimpleQueue[Tuple[List[str], Optional[str]]] = queue.SimpleQueue()

    def read(stream: Iterable[str], lines: List[str]) -> None:
        for line in stream:
            said.put((lines, line))
        said.put((lines, None))

    output: List[str] = []
    errors: List[str] = []
    for stream, lines in ((process.stdout, output), (process.stderr, errors)):
        assert stream is not None
        threading.Thread(target=read, args=(stream, lines), daemon=True).start()
    (speaking, interrupted) = (2, False)
    while speaking > 0:
        try:
            lines, line = said.get()
            if line is None:
                speaking -= 1
            else:
                lines.append(line)
                (progress if lines is output else _log.info)(line.rstrip("\n"))
        except KeyboardInterrupt:
            # mpirun hands USR1 on to its ranks, which save and stop.
            process.send_signal(signal.SIGTERM if interrupted else signal.SIGUSR1)
            interrupted = True
    return output, errors, interrupted


def _start(ranks: Optional[int], launcher: Optional[Sequence[str]]) -> Tuple[List[str], Dict[str, str]]:
    """What stands in front of the program, and the variables that it needs."""
    if launcher is not None:
        if ranks is not None:
            raise ValueError("expected ranks, or a launcher that says how many there are, found both")
        return list(launcher), {}
    if ranks is None:
        return [], {}
    mpirun = shutil.which("mpirun")
    if mpirun is None:
        raise LaunchError("expected mpirun in PATH, found none: install Open MPI (scripts/setup), or leave ranks away")
    variables = dict(_LOCAL)
    if os.geteuid() == 0:
        variables.update(_AS_ROOT)
    if any(os.path.exists(mark) for mark in ("/.dockerenv", "/run/.containerenv")):
        variables.update(_IN_CONTAINER)
    return [mpirun, "-n", str(ranks)], variables


def _failure(code: int, errors: Sequence[str], command: Sequence[str]) -> EbmDistError:
    code = 128 - code if code < 0 else code
    message = "\n".join(_sentences(errors)) or "".join(errors).strip() or f"ended with exit code {code} and said nothing"
    return BY_EXIT_CODE.get(code, EbmDistError)(message, code=code, command=command)


def _sentences(lines: Sequence[str]) -> Iterator[str]:
    """The program's own messages, which may have several lines, without those of the launcher."""
    is_own = False
    for line in lines:
        if line.startswith("ebm-dist: "):
            is_own = True
            yield line[len("ebm-dist: ") :].rstrip()
        elif line.startswith("-----"):
            is_own = False
        elif is_own and line.strip():
            yield line.rstrip()


def assignments(keys: Mapping[str, Any]) -> List[str]:
    """Keys of the configuration as the command line takes them: {"run": {"steps": 5}, "data.low": 0} becomes run.steps=5 and data.low=0."""
    found = []
    for name, value in keys.items():
        pairs = {f"{name}.{key}": inner for key, inner in value.items()} if isinstance(value, Mapping) else {name: value}
        found += [f"{key}={json.dumps(inner, default=plain)}" for key, inner in pairs.items()]
    return found


def plain(value: Any) -> Any:
    """Paths, and numbers and arrays of numpy, for JSON."""
    return os.fspath(value) if isinstance(value, os.PathLike) else value.tolist()
