"""The logs of a run as tables."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Tuple, Union

from .tensors import Path

if TYPE_CHECKING:
    import pandas

    Table = Union["pandas.DataFrame", List[Dict[str, Any]]]


def read_table(path: Path) -> Table:
    """A file of JSON lines, a row a line and a column a value: a pandas DataFrame where pandas is installed, else a list of dictionaries.

    What lies in an object has a name with dots, such as `seconds.sampling`. Numbers that JSON has no word for are floats. A last line that is still being written is left out; a file that is not there
    has no rows.
    """
    rows: List[Dict[str, Any]] = []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            rows = [dict(_flat(json.loads(line))) for line in file if line.endswith("\n")]
    try:
        import pandas
    except ImportError:
        return rows
    return pandas.DataFrame(rows)


def _flat(values: Dict[str, Any], prefix: str = "") -> Iterator[Tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, float(value) if value in ("nan", "inf", "-inf") else value
