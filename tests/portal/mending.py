"""Drafts in each state that a person sees."""

from __future__ import annotations

from suyuan.access.model import Caller, Scope
from suyuan.catalogue.model import NewProduct
from suyuan.catalogue.register import register_product
from suyuan.files.inspect import inspect
from suyuan.files.model import SHEETS
from suyuan.journal.model import Limits
from suyuan.parties.queries import sites_of
from suyuan.uploads import signing
from suyuan.uploads.duty import Desk
from suyuan.uploads.opening import Asked, find
from suyuan.uploads.steps import check_next, submit_next
from suyuan.uploads.take_in import take_in
from uploads.desk import row, sheet

ODD = ("商品", "编号", "多少", "单位", "哪里", "哪天", "产地")


def mending(gateway, parties):
    """Drafts `mending`, `ready`, `unmapped`, `done` and `waiting` of the first party."""
    with gateway.database.reading() as conn:
        site = sites_of(conn, parties[0])[0].uri
    caller = Caller("d" * 16, "王小明", parties[0], frozenset({Scope.READ, Scope.DRAFT, Scope.SUBMIT}))
    with gateway.database.transaction() as conn:
        register_product(conn, gateway.clock, NewProduct({"zh": "阳山水蜜桃"}, gtin="09520718000013"))

    def upload(name, rows, **more):
        with gateway.database.transaction() as conn:
            checked = inspect(sheet(rows, **more), name, SHEETS)
            return take_in(conn, gateway.clock, caller, parties[0], checked, "harvest").draft.id

    desk = Desk(gateway.database, gateway.clock, Limits(), gateway.receipt_signer, "clerk of the pages")
    good = [row(number, site=site) for number in range(1, 13)]
    bad = [row(20, site=site, quantity="<b>viel</b>"), row(21, site=site, product="6901234567892.0")]
    made = {
        "mending": upload('采收"><script>alert(1)</script>.csv', [*good[:4], *bad]),
        "ready": upload("待签.csv", good[4:8]),
        "unmapped": upload("别人的表.csv", good[:2], headings=ODD),
        "done": upload("已交.csv", good[8:]),
    }
    while check_next(desk):
        pass
    with gateway.database.transaction() as conn:
        draft = find(conn, caller, made["done"])
        signing.sign(conn, gateway.clock, Asked(caller, draft.id, draft.version), draft.root)
    while submit_next(desk):
        pass
    return {**made, "waiting": upload("刚传.csv", good[:3])}
