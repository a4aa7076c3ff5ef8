"""What is recorded already about the lots of some rows; warnings only: records arrive in any order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from suyuan.kernel import digital_link
from suyuan.sheets.draft import Draft
from suyuan.sheets.model import Context, RecordKind
from suyuan.sheets.rows import RowFault

#: Kinds whose lot begins with the record.
_BEGINS = frozenset({RecordKind.HARVEST})


@lru_cache(maxsize=16_384)
def lot_uri(gtin: str, lot: str) -> str:
    """The canonical URI of a lot; both as normalised."""
    return digital_link.lot_uri(gtin, lot)


def ask_of_lots(kind: RecordKind, drafts: Iterable[Draft], context: Context) -> None:
    """Warn of a harvested lot that is known already, and of any other that nobody has recorded."""
    if context.known_lots is None:
        return
    named = [(draft, uri) for draft in drafts if (uri := _uri_of(draft)) is not None]
    known = set(context.known_lots({uri for _, uri in named}))
    for draft, uri in named:
        begins = kind in _BEGINS or draft.values.get("direction") == "output"
        if begins and uri in known:
            draft.found.append(RowFault("lot", "lot.known", {}, "warning"))
        elif not begins and uri not in known:
            draft.found.append(RowFault("lot", "lot.unknown", {}, "warning"))


def _uri_of(draft: Draft) -> str | None:
    gtin, lot = draft.values.get("product"), draft.values.get("lot")
    return lot_uri(gtin, lot) if gtin and lot and not draft.is_example else None
