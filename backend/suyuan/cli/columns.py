"""Plain columns: nothing is broken over lines or cut, so that names can be searched and copied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A line for the heads and for each row; Chinese text counts two cells, the last column runs free."""
    table = [heads, *rows]
    widths = [max(cell_len(row[column]) for row in table) for column in range(len(heads) - 1)]
    for row in table:
        padded = [set_cell_size(cell, width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*padded, row[-1]]).rstrip()
