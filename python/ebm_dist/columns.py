"""The columns of a table with words, orders, angles or gaps, and the coordinates that they become."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, List, Mapping, Optional, Sequence

import numpy as np

from .errors import CheckpointError, DataError

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]

#: Words that stand for nothing.
_GAPS = {"", "NA", "N/A", "?", "null", "None", "NaN", "nan"}


@dataclass(frozen=True)
class Column:
    """A column of a table, as `model.safetensors` says it: `number`, `whole`, `category`, `ordered`, `cyclic` or `bit`."""

    name: str
    kind: str
    #: The words that cells can be, of the kinds that have some.
    words: Optional[List[str]] = None
    #: After which cyclic numbers repeat.
    period: Optional[float] = None
    #: Whether all whole numbers of the training data are the same; None where they are not.
    constant: Optional[bool] = None
    #: Rows of the training data that held nothing; None where there were none.
    missing: Optional[int] = None
    #: What stands in the place of a cell that holds nothing: a number, or the place of a word.
    filler: Optional[float] = None

    def __post_init__(self) -> None:
        if self.kind not in ("number", "whole", "category", "ordered", "cyclic", "bit"):
            raise CheckpointError(f"column {self.name}: a kind that this version of the package does not know, '{self.kind}'")

    @property
    def is_number(self) -> bool:
        """Whether a row's coordinate is the cell's number, in every row."""
        return self.kind in ("number", "whole") and self.missing is None

    @property
    def own_width(self) -> int:
        """Coordinates beside the one that says that nothing is there."""
        return len(self.words or []) if self.kind == "category" else 2 if self.kind == "cyclic" else 1

    @property
    def width(self) -> int:
        return self.own_width + (self.missing is not None)

    def encode(self, cells: Sequence[Any]) -> Array:
        """Coordinates of cells, N x `width`, before numbers are scaled.

        Raises:
            DataError: for a word that the training data do not have, but in a category, which takes it as none of its words; and for nothing in a column that
                had no gaps, but in a category.
        """
        values = np.array([self._value(row, cell) for row, cell in enumerate(cells)], np.float64)
        is_gap = np.isnan(values)
        values = np.where(is_gap, 0 if self.filler is None else self.filler, values)
        if self.kind == "category":
            own = (values[:, None] == np.arange(self.own_width)).astype(np.float64)
            if self.missing is None:
                own[is_gap] = 0
        elif self.kind == "cyclic":
            turn = values / (self.period or 1)
            angle = 2 * math.pi * (turn - np.floor(turn))
            own = np.stack([np.cos(angle), np.sin(angle)], 1)
        else:
            own = values[:, None]
        return own if self.missing is None else np.concatenate([own, is_gap[:, None]], 1)

    def _value(self, row: int, cell: Any) -> float:
        """A cell as a number: of a word its place, of nothing NaN, of another word -1."""
        if cell is None or isinstance(cell, str) and cell in _GAPS or isinstance(cell, float) and math.isnan(cell):
            if self.missing is None and self.kind != "category":
                raise DataError(f"column '{self.name}': row {row} from 0: expected a value, as in all rows of the training data, found nothing")
            return math.nan
        if self.words is None:
            try:
                return float(cell)
            except (TypeError, ValueError) as error:
                raise DataError(f"column '{self.name}': row {row} from 0: expected a number, found '{cell}'") from error
        word = cell if isinstance(cell, str) else _word(cell)
        if word in self.words:
            return float(self.words.index(word))
        if self.kind != "category":
            raise DataError(f"column '{self.name}': row {row} from 0: expected one of {', '.join(self.words)}, found '{word}'")
        return -1

    def decode(self, coordinates: Array) -> List[Any]:
        """Cells of coordinates, N x `width`: words, numbers, None for nothing."""
        own = coordinates[:, : self.own_width]
        is_gap: Array
        if self.missing is None:
            is_gap = np.zeros(len(own), bool)
        elif self.kind == "category":
            is_gap = (own < coordinates[:, -1:]).all(1)
        else:
            is_gap = coordinates[:, -1] > 0.5
        if self.kind == "category":
            values = own.argmax(1).astype(np.float64)
        elif self.kind == "cyclic":
            period = self.period or 1.0
            values = np.mod(np.arctan2(own[:, 1], own[:, 0]) / (2 * math.pi), 1) * period
            values = np.where(values < period, values, 0)
        elif self.kind == "bit":
            values = (own[:, 0] > 0.5).astype(np.float64)
        elif self.kind == "ordered":
            values = np.clip(np.round(own[:, 0]), 0, len(self.words or [0]) - 1)
        elif self.kind == "whole":
            values = whole(own[:, 0])
        else:
            values = own[:, 0]
        return [None if gap else self._cell(float(value)) for value, gap in zip(values, is_gap)]

    def _cell(self, value: float) -> Any:
        """A word, a whole number, or a number."""
        if self.words is not None:
            return self.words[int(value)]
        return int(value) if self.kind == "whole" and math.isfinite(value) else value


def whole(values: Array) -> Array:
    """The nearest whole numbers, as the program rounds: halves away from 0."""
    below = np.trunc(values)
    rounded: Array = below + np.where(np.abs(values - below) >= 0.5, np.copysign(1, values), 0) + 0.0
    return rounded


def _word(number: Any) -> str:
    """A number as the program writes it where numbers are words."""
    value = float(number)
    return str(int(value)) if value.is_integer() else repr(value)


@dataclass(frozen=True)
class Columns:
    """All columns of a table."""

    columns: List[Column]

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> Columns:
        """From the entry `table` of the preparation of rows."""
        return cls([Column(**column) for column in entry["columns"]])

    @property
    def names(self) -> List[str]:
        return [column.name for column in self.columns]

    @property
    def are_numbers(self) -> bool:
        """Whether a row's coordinates are its numbers."""
        return all(column.is_number for column in self.columns)

    @property
    def are_whole(self) -> Array:
        """Of each coordinate, whether it is a whole number."""
        return np.concatenate([np.arange(column.width) < (1 if column.kind == "whole" else 0) for column in self.columns])

    def encode(self, table: Sequence[Sequence[Any]]) -> Array:
        """Coordinates, N x width, of the cells of each column."""
        return np.concatenate([column.encode(cells) for column, cells in zip(self.columns, table)], 1)

    def decode(self, coordinates: Array) -> List[List[Any]]:
        """The cells of each column."""
        ends = np.cumsum([column.width for column in self.columns])
        return [column.decode(part) for column, part in zip(self.columns, np.split(coordinates, ends[:-1], 1))]


def forward(curve: Mapping[str, Any], values: Array) -> Array:
    """What a scale of a column makes of numbers, before they are shifted and scaled: `straight`, `log`, or straight lines between `knots`."""
    if "log" in curve:
        if (values <= 0).any():
            raise DataError("expected a number above 0, whose logarithm this model has learned, found others")
        return np.log(values)
    if "knots" in curve:
        knots = curve["knots"]
        return _along(np.array(knots["values"]), np.array(knots["scores"]), 1 / knots["width"], values)
    return values


def backward(curve: Mapping[str, Any], scores: Array) -> Array:
    """The numbers of which `forward` makes these scores."""
    if "log" in curve:
        return np.exp(scores)
    if "knots" in curve:
        knots = curve["knots"]
        return _along(np.array(knots["scores"]), np.array(knots["values"]), knots["width"], scores)
    return scores


def _along(origin: Array, target: Array, slope: float, values: Array) -> Array:
    """From one list of rising numbers to another, in straight lines; outside with a slope of its own."""
    inside = np.interp(values, origin, target)
    below, above = target[0] + (values - origin[0]) * slope, target[-1] + (values - origin[-1]) * slope
    return np.where(values < origin[0], below, np.where(values > origin[-1], above, inside))
