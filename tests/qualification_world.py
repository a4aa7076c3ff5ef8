"""A firm that applies, and a registrar: what tests of qualification begin with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from file_samples import pdf
from suyuan.access import accounts
from suyuan.access.model import Caller, Scope, Seat
from suyuan.files.inspect import inspect
from suyuan.files.model import PAPERS
from suyuan.qualification import apply, decide
from suyuan.qualification.model import Contact, Facts, Form, Kind, SiteForm

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CODE = "91310112087994932F"
OTHER_CODE = "91310116052958608G"
SC = "SC11331011200011"  # confectionery, of the same district as CODE

FORM = Form(
    names={"zh": "晨露食品有限公司", "en": "Morning Dew Foods"},
    credit_code=CODE,
    roles=("processor",),
    goods=("113",),
    sites=(SiteForm({"zh": "一号车间"}, address="上海市闵行区"),),
)
CONTACT = Contact("李梅", "13800138000", "limei@example.com")
LICENCE = Facts(CODE, "上海市市场监督管理局", date(2020, 1, 1), None)
PRODUCTION = Facts(SC, "上海市市场监督管理局", date(2024, 5, 1), date(2027, 4, 30))
REPORT = Facts(
    number="R-2026-0187",
    issuer="华东检测有限公司",
    valid_from=date(2026, 10, 10),
    sample="蜜桃糖 500 g",
    standard="GB 17399-2016",
    cma="180020110001",
    lab_until=date(2028, 1, 1),
)


def registrar(name="00000000000000aa"):
    seats = frozenset({Seat.REGISTRAR})
    return Caller(name, "登记员", None, frozenset({Scope.REGISTRAR}), account=name, seats=seats)


def applicant(conn, clock, login="limei@example.com"):
    """A person without a party, with an account of his own."""
    account = accounts.add(conn, clock, login, "李梅", None, ())
    return Caller(account, "李梅", None, frozenset(), account=account)


def paper(words="licence"):
    return inspect(pdf(words), f"{words}.pdf", PAPERS)


def filled_in(conn, clock, caller, *, form=FORM, contact=CONTACT, papers=None):
    """A draft with everything that is needed; `papers`: (kind, facts) instead of the usual two."""
    application = apply.open_application(conn, clock, caller, caller.account)
    apply.save(conn, clock, caller, application.id, form, contact)
    usual = [
        (Kind.BUSINESS_LICENCE, replace(LICENCE, number=form.credit_code)),
        (Kind.PRODUCTION_LICENCE, PRODUCTION),
    ]
    for kind, facts in papers if papers is not None else usual:
        apply.add_document(
            conn, clock, caller, application.id, kind, facts, paper(f"{kind}-{application.id}")
        )
    return application.id


def approved(conn, clock, keyring, **other):
    """The party of a firm that applied and was approved, and whoever applied, now of the party."""
    caller = applicant(conn, clock, other.pop("login", "limei@example.com"))
    identifier = filled_in(conn, clock, caller, **other)
    apply.submit(conn, clock, caller, identifier)
    party = decide.approve(conn, clock, keyring, registrar(), identifier)
    scopes = frozenset({Scope.READ, Scope.SUBMIT, Scope.DRAFT, Scope.PARTY_ADMIN})
    return party, Caller(caller.token, "李梅", party.number, scopes, account=caller.account)
