"""How rows in the units of the data become what a model works on, and back."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple, TypeVar

import numpy as np

from .columns import Columns, backward, forward, whole
from .errors import CheckpointError, DataError

if TYPE_CHECKING:
    import torch

    Array = np.ndarray[Any, Any]

    Values = TypeVar("Values", Array, torch.Tensor)


@dataclass(frozen=True)
class Rows:
    """The preparation of rows, as `model.safetensors` says it.

    Whole-number data of L levels become low + (high - low) v / (L - 1); dequantised ones low + (high - low) (v + 1/2) / L, the middle of their
    cell; standardised data (v - mean) / deviation, of a column with a curve that of the curve's value. Cells of a table with words, orders, angles or gaps become
    coordinates first (`Columns`). Other data stay as they are. Nothing is random: neither noise nor flips.
    """

    #: Of a row: (d,) for vectors, (channels, height, width) for images.
    shape: Tuple[int, ...]
    #: The number of levels of whole-number data; None for real numbers.
    levels: Optional[int] = None
    #: The range that levels become.
    low: float = -1
    high: float = 1
    dequantised: bool = False
    #: Of standardised data, as many as a row has values.
    means: Optional[List[float]] = None
    deviations: Optional[List[float]] = None
    #: The names of a row's values.
    columns: Optional[List[str]] = None
    #: Of each value what it goes through before it is standardised; None where all are straight.
    curves: Optional[List[Dict[str, Any]]] = None
    #: What the columns of a table with words or gaps became; None where a row's values are those of the data.
    table: Optional[Columns] = None
    #: The name of the column with labels.
    label: Optional[str] = None
    #: The classes that had rows, where they are a condition.
    classes: Optional[List[int]] = None
    #: The words that labels stand for, in the order of their numbers.
    classNames: Optional[List[str]] = None  # noqa: N815

    @classmethod
    def of_json(cls, text: str) -> Rows:
        """From the metadata entry `rows` or `conditionRows`.

        Raises:
            CheckpointError: for an entry that says what this package does not know.
        """
        entry = json.loads(text)
        unknown = sorted(set(entry) - {field.name for field in fields(cls)})
        if unknown or "shape" not in entry:
            what = f"'{unknown[0]}', which this version of the package does not know" if unknown else "no shape"
            raise CheckpointError(f"the preparation of rows has {what}: {text[:200]}")
        table = Columns.of_entry(entry["table"]) if "table" in entry else None
        return cls(**{**entry, "shape": tuple(entry["shape"]), "table": table})

    @property
    def is_identity(self) -> bool:
        """Whether the model's values are those of the data."""
        return self.levels is None and self.means is None and self.table is None

    def read(self, rows: Any) -> Array:
        """Rows as an array of N x `shape`.

        Args:
            rows: an array or a list of N x `shape`, also flat; of images also N x height x width x channels; or a pandas table, of which the model's
                columns are taken by their names. Where the model has learned words or gaps, the cells of the data's own columns: words, numbers, None
                for nothing; the array has a row's coordinates then.

        Raises:
            DataError: for another shape, for a missing column, for levels where the model learned real numbers, and for what are no levels where it learned levels.
        """
        if self.table is not None and not self.table.are_numbers:
            return self.table.encode(self._cells_of_columns(rows, self.table.names))
        if hasattr(rows, "columns") and hasattr(rows, "to_numpy"):
            if self.columns is not None and len(set(self.columns)) == len(self.columns):
                missing = [name for name in self.columns if name not in rows.columns]
                if missing:
                    raise DataError(f"expected a table with the columns {', '.join(self.columns)}, found none called {', '.join(missing)}")
                rows = rows[self.columns]
            rows = rows.to_numpy()
        array: Array = self._shaped(np.asarray(rows))
        self._check_units(array)
        return array

    @staticmethod
    def _cells_of_columns(rows: Any, names: List[str]) -> List[List[Any]]:
        if hasattr(rows, "columns") and hasattr(rows, "to_numpy"):
            missing = [name for name in names if name not in rows.columns]
            if missing:
                raise DataError(f"expected a table with the columns {', '.join(names)}, found none called {', '.join(missing)}")
            return [[None if gap else cell for cell, gap in zip(rows[name].tolist(), rows[name].isna())] for name in names]
        cells = [list(row) for row in rows]
        if any(len(row) != len(names) for row in cells):
            raise DataError(f"expected rows of the {len(names)} columns {', '.join(names)}, found {len(next(row for row in cells if len(row) != len(names)))}")
        return [[row[place] for row in cells] for place in range(len(names))]

    def _shaped(self, rows: Values) -> Values:
        if len(self.shape) == 3 and rows.ndim == 4 and tuple(rows.shape[1:]) == (*self.shape[1:], self.shape[0]) != self.shape:
            return rows.transpose(0, 3, 1, 2) if isinstance(rows, np.ndarray) else rows.permute(0, 3, 1, 2)
        shapes = [self.shape, (int(np.prod(self.shape)),)]
        if len(self.shape) == 3 and self.shape[0] == 1:
            shapes.append(self.shape[1:])
        if rows.ndim < 1 or tuple(rows.shape[1:]) not in shapes:
            expected = " x ".join(str(number) for number in ("N", *self.shape))
            raise DataError(f"expected rows of the shape {expected}, found {' x '.join(map(str, rows.shape)) or 'a single number'}")
        return rows.reshape(-1, *self.shape)

    def _check_units(self, rows: Array) -> None:
        """Refuses what the program refuses: numbers that are surely not in the units of the data."""
        if rows.size == 0:
            return
        if self.levels is None:
            if rows.dtype in (np.uint8, np.bool_):
                raise DataError("expected real numbers, as this model has learned, found bytes: make floats of them as of the training data")
            return
        top, least, most = self.levels - 1, rows.min(), rows.max()
        if least >= 0 and (rows == np.round(rows)).all():
            if most > top:
                raise DataError(f"expected whole numbers from 0 to {top}, as this model has learned, found a value of {most}")
        elif max(self.high, 1) < top and min(self.low, 0) <= least and most <= max(self.high, 1):
            # Pictures of 0 to 1 would be nearly black, and nobody would see why.
            raise DataError(f"expected the units of the training data, 0 to {top}, found numbers from {least} to {most}: bring them back to levels")

    def to_model(self, rows: Any) -> Array:
        """Rows in the units of the data as the model's values, N x `shape` of float32. See `read` for what `rows` may be."""
        values: Array = self._prepared(self.read(rows))
        return values.astype(np.float32)

    def to_model_tensor(self, rows: torch.Tensor) -> torch.Tensor:
        """The same for a tensor, differentiable, in double precision where there is something to compute.

        Raises:
            DataError: where the model has learned words, gaps or curves: a tensor has none.
        """
        self._check_tensor()
        return self._prepared(self._shaped(rows))

    def to_data(self, values: Any) -> Array:
        """The model's values in the units of the data; float64 unless they are the same. Whole numbers are rounded. Of a table with words or gaps the cells of each row:
        words, numbers, None for nothing."""
        array: Array = self._restored(np.asarray(values).reshape(-1, *self.shape))
        if self.table is None:
            return array
        array = self._in_scale(array, self.table)
        if self.table.are_numbers:
            return np.where(self.table.are_whole, whole(array), array)
        cells = self.table.decode(array)
        rows = np.empty((len(array), len(cells)), object)
        for place, column in enumerate(cells):
            rows[:, place] = column
        return rows

    def _in_scale(self, values: Array, table: Columns) -> Array:
        """Whole numbers that a logarithm has scaled are 1 at least."""
        logarithms = np.array([curve == {"log": {}} for curve in self.curves or [{}] * values.shape[1]])
        return np.where(logarithms & table.are_whole, np.maximum(values, 1), values)

    def to_data_tensor(self, values: torch.Tensor) -> torch.Tensor:
        """The same for a tensor, differentiable, whole numbers not rounded; see `to_model_tensor`."""
        self._check_tensor()
        return self._restored(values.reshape(-1, *self.shape))

    def _check_tensor(self) -> None:
        if self.table is not None and not self.table.are_numbers or self.curves is not None:
            raise DataError("expected an array or a pandas table of cells, since this model has learned words, gaps or curves, found a tensor")

    def _prepared(self, rows: Values) -> Values:
        if self.means is not None:
            return self._standardised(rows)
        if self.levels is None:
            return rows
        return self.low + (self.high - self.low) * (_double(rows) + self._offset) / self._cells

    def _restored(self, values: Values) -> Values:
        if self.means is not None:
            means, deviations = self._moments(values)
            numbers = _double(values) * deviations + means
            return self._curved(numbers, backward)
        if self.levels is None:
            return values
        return (_double(values) - self.low) / (self.high - self.low) * self._cells - self._offset

    def _standardised(self, rows: Values) -> Values:
        means, deviations = self._moments(rows)
        single = _single(rows)
        # As the program: numbers that floats hold are standardised in float, where there are no curves.
        if self.curves is None and bool((single == rows).all()):
            return (single - _single(means)) * (1 / _single(deviations))
        return (self._curved(_double(rows), forward) - means) / deviations

    def _curved(self, rows: Values, curve: Callable[[Dict[str, Any], Array], Array]) -> Values:
        if self.curves is None or not isinstance(rows, np.ndarray):
            return rows
        return np.stack([curve(own, rows[:, place]) for place, own in enumerate(self.curves)], 1)

    def _moments(self, like: Values) -> Tuple[Values, Values]:
        moments = [np.reshape(np.asarray(numbers, np.float64), self.shape) for numbers in (self.means, self.deviations)]
        if isinstance(like, np.ndarray):
            return moments[0], moments[1]
        from torch import from_numpy

        return from_numpy(moments[0]).to(like.device), from_numpy(moments[1]).to(like.device)

    @property
    def _offset(self) -> float:
        return 0.5 if self.dequantised else 0

    @property
    def _cells(self) -> int:
        levels = self.levels or 1
        return levels if self.dequantised else max(1, levels - 1)


def _double(values: Values) -> Values:
    return values.astype(np.float64) if isinstance(values, np.ndarray) else values.double()


def _single(values: Values) -> Values:
    return values.astype(np.float32) if isinstance(values, np.ndarray) else values.float()
