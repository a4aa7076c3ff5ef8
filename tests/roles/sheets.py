"""Drafts of the planted world: for each party one to be mended, one to be signed, and one that is done."""

from __future__ import annotations

from roles import planted
from suyuan.access.model import Scope
from suyuan.catalogue.model import NewProduct
from suyuan.catalogue.register import register_product
from suyuan.files.inspect import inspect
from suyuan.files.model import SHEETS
from suyuan.journal.model import Limits
from suyuan.uploads import repository, signing
from suyuan.uploads import tables as t
from suyuan.uploads.duty import Desk
from suyuan.uploads.opening import Asked, find
from suyuan.uploads.steps import check_next, submit_next
from suyuan.uploads.take_in import take_in
from uploads.desk import row, sheet

GTIN = "09520718000013"


def drafts(world):
    gateway = world.gateway
    with gateway.database.transaction() as conn:
        register_product(conn, gateway.clock, NewProduct({"zh": "阳山水蜜桃"}, gtin=GTIN))
        for side in planted.PARTIES:
            _take_in(conn, world, side)
    desk = Desk(gateway.database, gateway.clock, Limits(), gateway.receipt_signer, "clerk of the walk")
    while check_next(desk):
        pass
    for side in "ABC":
        with gateway.database.transaction() as conn:
            caller = _caller(world, side)
            draft = find(conn, caller, world.things[f"{side}.done"])
            signing.sign(conn, gateway.clock, Asked(caller, draft.id, draft.version), draft.root)
    while submit_next(desk):
        pass
    with gateway.database.reading() as conn:
        for side in planted.PARTIES:
            for name in ("mending", "ready"):
                its = t.drafts.c.id == world.things[f"{side}.{name}"]
                draft = repository.drafts_where(conn, its)[0]
                root = "0x" + draft.root.hex() if draft.root else ""
                world.drafts[f"{side}.{name}"] = (draft.version, root)


def _caller(world, side):
    return world.caller(side, Scope.READ, Scope.DRAFT, Scope.SUBMIT)


def _take_in(conn, world, side):
    word, site = planted.WORDS[side], planted.site_of(side)
    good = [row(number, lot=f"{word}{number}", site=site) for number in range(1, 4)]
    bad = row(9, lot=f"{word}9", site=site, quantity=f"viel {word}", product="6901234567892.0")
    for name, rows in (("mending", [good[0], bad]), ("ready", [good[1]]), ("done", [good[2]])):
        checked = inspect(sheet(rows), f"{word}-{name}.csv", SHEETS)
        taken = take_in(
            conn, world.gateway.clock, _caller(world, side), world.numbers[side], checked, "harvest"
        )
        world.add(side, **{name: taken.draft.id})
