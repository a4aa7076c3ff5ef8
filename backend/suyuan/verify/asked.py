"""Which lot the user asked for: a bundle of another lot is no answer, however true it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote, urlsplit

from suyuan.kernel.digital_link import CANONICAL_STEM
from suyuan.kernel.errors import SuyuanError
from suyuan.kernel.identity import identify, lot_id, lot_id_of_argument
from suyuan.verify.bundle import Bundle
from suyuan.verify.report import Check, Outcome

#: Ways to name a lot in a path besides the Digital Link itself; a proxy may have put something before.
_NAMED = (re.compile(r"/api/v1/lots/(.+)/proof"), re.compile(r"/lot/(.+)"))


def lot_of_address(address: str) -> bytes | None:
    """The id of the lot that a page's or a proof's address names; None when it names none.

    Read are `/api/v1/lots/{lot}/proof`, `/lot/{uri or 0x id}` and a GS1 Digital Link path, in this order.
    """
    try:
        path = urlsplit(address).path
    except ValueError:
        return None
    for form in _NAMED:
        found = form.search(path)
        try:
            if found:
                return lot_id_of_argument(unquote(found[1]))
        except SuyuanError:
            continue
    try:
        obj = identify(CANONICAL_STEM + path)
    except SuyuanError:
        return None
    return lot_id(obj.uri) if obj.scheme == "gs1" else None


def check_asked(bundle: Bundle, expected: bytes | None, fetched_at: datetime | None) -> Iterator[Check]:
    """The bundle speaks of the lot that was asked for. Of a file nothing is asked: it says of itself whose
    it is.
    """
    about = bundle.lot_uri[:200]
    if expected is None:
        if fetched_at is not None:
            detail = (
                f"the address names no lot; the bundle speaks of {about}: see that it is the one you mean"
            )
            yield Check("lot", Outcome.PARTIAL, detail)
    elif bundle.lot_id == expected:
        yield Check("lot", Outcome.PASS, "it is the lot that was asked for")
    else:
        yield Check("lot", Outcome.FAIL, f"the bundle speaks of another lot than was asked for: {about}")
