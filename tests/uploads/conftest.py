"""Two suppliers on a real database, a clerk's desk, and sheets to upload."""

from __future__ import annotations

import pytest

import own_keys
from suyuan.access.model import Caller, Scope
from suyuan.catalogue.model import NewProduct
from suyuan.catalogue.register import register_product
from suyuan.journal.model import Limits
from suyuan.journal.receipts import ReceiptSigner
from suyuan.kernel.clock import SystemClock
from suyuan.kernel.ledger import Role
from suyuan.parties.custody import Keyring
from suyuan.parties.model import NewParty, NewSite
from suyuan.parties.register import register_party
from uploads.desk import World

GLNS = {1: "https://id.gs1.org/417/9520718001003", 2: "https://id.gs1.org/417/9520718002000"}
SITE = "https://id.gs1.org/414/9520718001904"


@pytest.fixture
def world(database):
    return made(database)


@pytest.fixture
def small_world(sqlite_database):
    """Where the kind of database plays no part."""
    return made(sqlite_database)


@pytest.fixture
def own_world(database):
    """The first supplier keeps its own key (secret 9)."""
    return made(database, own_keys.address(9))


def made(database, key=None):
    clock = SystemClock()
    with database.transaction() as conn:
        for number in (1, 2):
            sites = (NewSite(SITE, {"zh": "三号地块"}),) if number == 1 else ()
            party = NewParty(
                {"zh": f"供应商{number}"},
                (GLNS[number],),
                Role.PRODUCER | Role.PROCESSOR | Role.WAREHOUSE,
                sites=sites,
                key_address=key if number == 1 else None,
            )
            register_party(conn, clock, Keyring(bytes(32)), party)
        register_product(conn, clock, NewProduct({"zh": "阳山水蜜桃"}, gtin="09520718000013"))
    return World(database, clock, ReceiptSigner(bytes([7] * 32), 31337, "0x" + "22" * 20), Limits())


@pytest.fixture
def preparer():
    return Caller("a" * 16, "录入员", 1, frozenset({Scope.READ, Scope.DRAFT}))


@pytest.fixture
def signer():
    return Caller("b" * 16, "签名人", 1, frozenset({Scope.READ, Scope.DRAFT, Scope.SUBMIT}))


@pytest.fixture
def foreigner():
    return Caller("c" * 16, "别人", 2, frozenset({Scope.READ, Scope.DRAFT, Scope.SUBMIT}))
