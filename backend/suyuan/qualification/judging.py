"""The automatic checks of an application: each with its verdict, the field that it is about, and why.

What fails keeps the application from being handed in and from being approved. Warnings are for the
registrar's eyes: an applicant is never told what the platform knows of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from suyuan.access.errors import AccountRefused
from suyuan.access.logins import normalised
from suyuan.kernel.errors import Fault
from suyuan.kernel.gs1 import BadKey, gln
from suyuan.parties.food_categories import CATEGORIES
from suyuan.parties.model import NewSite
from suyuan.parties.registration_numbers import (
    category_of,
    credit_code,
    is_doubtful,
    region_of_code,
    region_of_licence,
)
from suyuan.parties.rules import address_faults, name_faults, site_faults
from suyuan.qualification.identifiers import site_uri
from suyuan.qualification.model import Contact, Document, Form, Kind, day_of, needed_kinds
from suyuan.qualification.papers import paper_faults

ROLES = ("producer", "processor", "carrier", "warehouse", "retailer", "laboratory", "inspector")
MOST_SITES = 50
MOST_DOCUMENTS = 40
_NEEDED_CODES = {
    Kind.BUSINESS_LICENCE: "needed.business-licence",
    Kind.PRODUCTION_LICENCE: "needed.production-licence",
    Kind.TRADE_LICENCE: "needed.trade-licence",
    Kind.LABORATORY: "needed.laboratory",
}
_LICENCES = frozenset({Kind.PRODUCTION_LICENCE, Kind.TRADE_LICENCE})


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """`code` says what was looked at, `pointer` which field; `values` fill the words of pages."""

    code: str
    verdict: Verdict
    pointer: str = ""
    message: str = ""
    fix: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def failed(cls, fault: Fault, under: str = "") -> Check:
        return cls(fault.code, Verdict.FAIL, under + fault.pointer, fault.message, fault.fix)

    @property
    def fault(self) -> Fault:
        return Fault(self.pointer, self.code, self.message, self.fix)


def form_checks(form: Form, contact: Contact) -> list[Check]:
    """What the form says by itself."""
    found = [Check.failed(fault) for fault in _form_faults(form)]
    found += [Check.failed(fault, "/contact") for fault in _contact_faults(contact)]
    failed = {check.pointer.split("/")[1] for check in found if check.pointer}
    for part in ("names", "creditCode", "roles", "gln", "sites", "contact"):
        if part not in failed:
            found.append(Check(f"form.{part}", Verdict.PASS, f"/{part}"))
    return found


def paper_checks(form: Form, papers: Iterable[Document], at: datetime) -> list[Check]:
    """What the papers say, each by itself and against the form; places are those in the list."""
    papers = list(papers)
    found: list[Check] = []
    for place, paper in enumerate(papers):
        under = f"/documents/{place}"
        wrong = [Check.failed(fault, under) for fault in paper_faults(paper.kind, paper.facts, day_of(at))]
        found += wrong or [Check("document.valid", Verdict.PASS, under)]
        if not any(check.pointer == f"{under}/number" for check in wrong):
            found += _number_checks(form, paper, under)
    found += _needed_checks(form, papers)
    found += _goods_checks(form, papers)
    if len(papers) > MOST_DOCUMENTS:
        message = f"There are {len(papers)} documents, more than {MOST_DOCUMENTS}."
        found.append(
            Check("documents.many", Verdict.FAIL, "/documents", message, "Leave out what is not needed.")
        )
    return found


def _form_faults(form: Form) -> list[Fault]:
    found = name_faults("", form.names)
    try:
        credit_code(form.credit_code)
    except ValueError as error:
        found.append(
            Fault("/creditCode", "form.credit-code", str(error), "Copy it from the business licence.")
        )
    if not form.roles or set(form.roles) - set(ROLES):
        found.append(Fault("/roles", "form.roles", "No role is chosen, or one that there is not.", "Choose."))
    if form.gln:
        found += _gln_faults("/gln", form.gln)
    for code in sorted(set(form.goods) - set(CATEGORIES)):
        found.append(
            Fault("/goods", "form.goods", f"There is no food category {code}.", "Choose from the list.")
        )
    if len(form.sites) > MOST_SITES:
        found.append(Fault("/sites", "form.sites", f"More than {MOST_SITES} sites.", "Add the others later."))
    for place, site in enumerate(form.sites[:MOST_SITES]):
        uri = site_uri(form.credit_code or "X", replace(site, gln=None), place)
        given = NewSite(uri, site.names, site.address, site.latitude, site.longitude)
        found += site_faults(f"/sites/{place}", given)
        found += _gln_faults(f"/sites/{place}/gln", site.gln) if site.gln else []
    if form.key_address:
        found += address_faults("/keyAddress", form.key_address)
    return found


def _gln_faults(pointer: str, text: str) -> list[Fault]:
    try:
        gln(text)
    except BadKey as error:
        return [Fault(pointer, "form.gln", error.message, "13 digits; leave it out if there is none.")]
    return []


def _contact_faults(contact: Contact) -> list[Fault]:
    found = []
    if not 1 <= len(contact.name.strip()) <= 100 or not contact.name.isprintable():
        found.append(Fault("/name", "contact.name", "There is no contact person.", "Say who answers."))
    if not contact.phone and not contact.email:
        message = "There is neither a telephone number nor an e-mail address."
        found.append(Fault("/phone", "contact.none", message, "Give one of them."))
    for name, code, text in (
        ("phone", "contact.phone", contact.phone),
        ("email", "contact.email", contact.email),
    ):
        if text and not _is_login(text, mail=name == "email"):
            message = f"{text[:60]!r} cannot be reached."
            found.append(Fault(f"/{name}", code, message, "Check it for a slip."))
    return found


def _is_login(text: str, *, mail: bool) -> bool:
    try:
        return ("@" in normalised(text)) is mail
    except AccountRefused:
        return False


def _number_checks(form: Form, paper: Document, under: str) -> list[Check]:
    number, at = paper.facts.number, f"{under}/number"
    if paper.kind is Kind.BUSINESS_LICENCE and number != form.credit_code:
        message = f"The business licence says {number}, the form {form.credit_code or 'nothing'}."
        return [Check("document.other-code", Verdict.FAIL, at, message, "Correct whichever is wrong.")]
    if paper.kind not in _LICENCES:
        return []
    doubtful = Verdict.WARN if is_doubtful(number) else Verdict.PASS
    found = [Check("licence.check-digit", doubtful, at, values={"number": number})]
    if len(form.credit_code) == 18:
        ours, theirs = region_of_code(form.credit_code), region_of_licence(number)
        same = Verdict.PASS if ours == theirs else Verdict.WARN
        found.append(Check("licence.region", same, at, values={"licence": theirs, "code": ours}))
    return found


def _needed_checks(form: Form, papers: list[Document]) -> list[Check]:
    found = []
    for kinds in needed_kinds(form.roles):
        kind = min(kinds)
        if any(paper.kind in kinds for paper in papers):
            found.append(Check(_NEEDED_CODES[kind], Verdict.PASS, "/documents"))
        else:
            message = f"The {kind} is missing."
            found.append(Check(_NEEDED_CODES[kind], Verdict.FAIL, "/documents", message, "Upload it."))
    return found


def _goods_checks(form: Form, papers: list[Document]) -> list[Check]:
    covered = {category_of(paper.facts.number) for paper in papers if paper.kind is Kind.PRODUCTION_LICENCE}
    if "processor" not in form.roles or not covered:
        return []
    return [
        Check(
            "licence.goods",
            Verdict.PASS if code in covered else Verdict.WARN,
            "/goods",
            values={"goods": CATEGORIES[code][0], "goods_en": CATEGORIES[code][1], "code": code},
        )
        for code in form.goods
        if code in CATEGORIES
    ]
