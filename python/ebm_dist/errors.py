"""One exception for each exit code of the program."""

from __future__ import annotations

from typing import Dict, Optional, Sequence, Type


class EbmDistError(Exception):
    """What went wrong, in the program's own sentence.

    Raised itself where the program ended in a way that has no class of its own, such as by a signal.
    """

    #: The exit code of the program that stands for this class.
    exit_code: Optional[int] = None

    def __init__(self, message: str, *, code: Optional[int] = None, command: Sequence[str] = ()) -> None:
        super().__init__(message)
        #: The exit code with which the program ended; where it was not started, the one with which it would have.
        self.code = self.exit_code if code is None else code
        #: The command line; empty where the program was not started.
        self.command = list(command)


class UsageError(EbmDistError):
    """The command line: an unknown command or option, a missing argument."""

    exit_code = 64


class DataError(EbmDistError):
    """Data that cannot be used: damaged, foreign or of another shape, NaN."""

    exit_code = 65


class MissingInputError(EbmDistError):
    """A file or run folder that does not exist or cannot be opened."""

    exit_code = 66


class LaunchError(EbmDistError):
    """The launch: no program, no launcher, ranks that do not belong together, more ranks than shards."""

    exit_code = 69


class DefectError(EbmDistError):
    """A defect of the program."""

    exit_code = 70


class DivergenceError(EbmDistError):
    """Training diverged, or a value was not finite."""

    exit_code = 71


class RunFolderError(EbmDistError):
    """The run folder belongs to another configuration, or another job uses it."""

    exit_code = 73


class InputOutputError(EbmDistError):
    """Writing or reading failed: a full disk, no permission, hardware."""

    exit_code = 74


class Stopped(EbmDistError):
    """Stopped on request after a checkpoint; the same call continues."""

    exit_code = 75


class StandstillError(EbmDistError):
    """A rank stopped or stood still for a minute."""

    exit_code = 76


class CheckpointError(EbmDistError):
    """A damaged checkpoint."""

    exit_code = 77


class ConfigurationError(EbmDistError):
    """A configuration key or value that cannot be used."""

    exit_code = 78


#: The class of each exit code.
BY_EXIT_CODE: Dict[int, Type[EbmDistError]] = {
    kind.exit_code: kind for kind in EbmDistError.__subclasses__() if kind.exit_code is not None
}
