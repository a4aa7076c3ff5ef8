"""QR codes as SVG: dark on white, four modules of quiet zone, error correction Q."""

from __future__ import annotations

from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

_QUIET = 4
#: Longer addresses are unreadable on a label at level Q; on a screen level L still is.
_LONG = 250


@lru_cache(maxsize=8192)
def qr_svg(text: str) -> bytes:
    """One path of horizontal runs, about 2 KB; the same text gives the same bytes for ever.

    Raises ValueError for texts beyond what a QR code holds.
    """
    level = ERROR_CORRECT_Q if len(text) <= _LONG else ERROR_CORRECT_L
    code = qrcode.QRCode(error_correction=level, border=0)
    code.add_data(text)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise ValueError(f"{len(text)} characters are more than a QR code holds") from error
    rows: list[list[bool]] = code.get_matrix()
    runs = "".join(_runs(y, row) for y, row in enumerate(rows))
    size = len(rows) + 2 * _QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path stroke="#000" d="{runs}"/></svg>'
    ).encode()


def _runs(y: int, row: list[bool]) -> str:
    parts, x = [], 0
    while x < len(row):
        start = x
        while x < len(row) and row[x]:
            x += 1
        if x > start:
            parts.append(f"M{start + _QUIET} {y + _QUIET}.5h{x - start}")
        x += 1
    return "".join(parts)
