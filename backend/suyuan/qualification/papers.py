"""What a paper must say, by its kind; pure. Pointers are the paper's own: `/number`, `/validUntil`…"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from suyuan.kernel.errors import Fault
from suyuan.parties.registration_numbers import cma_number, cnas_number, credit_code, licence_number
from suyuan.qualification.model import ENDLESS, Facts, Kind

LONGEST = 120
_LATEST = date(2100, 1, 1)
_EARLIEST = date(1949, 10, 1)


def plain_facts(kind: Kind, facts: Facts) -> Facts:
    """The same with numbers in their plain form, where they have one."""
    number = facts.number.strip()
    with suppress(ValueError):  # `paper_faults` names it
        number = _read(kind, number)
    found = {name: getattr(facts, name) for name in Facts.__slots__}
    for name, read in (("cma", cma_number), ("cnas", cnas_number)):
        with suppress(ValueError):
            found[name] = read(found[name]) if found[name] else None
    return Facts(**{**found, "number": number, "issuer": facts.issuer.strip()})


def paper_faults(kind: Kind, facts: Facts, today: date) -> list[Fault]:
    """Everything that is wrong with a paper by itself; `today` is the day in Beijing."""
    found = [*_number_faults(kind, facts), *_line_faults("issuer", "document.issuer", facts.issuer)]
    found += _day_faults(kind, facts, today)
    if kind is Kind.TEST_REPORT:
        found += _report_faults(facts, today)
    if kind is Kind.LABORATORY:
        found += _laboratory_faults(facts)
    return found


def _number_faults(kind: Kind, facts: Facts) -> list[Fault]:
    if not facts.number.strip() or len(facts.number) > LONGEST or not facts.number.isprintable():
        message = "The paper has no number, or one of more than one line."
        return [Fault("/number", "document.number", message, "Copy it from the paper.")]
    try:
        _read(kind, facts.number)
    except ValueError as error:
        return [Fault("/number", "document.number-form", str(error), "Copy it from the paper.")]
    return []


def _read(kind: Kind, number: str) -> str:
    """Raises ValueError when the number is none of its kind."""
    if kind is Kind.BUSINESS_LICENCE:
        return credit_code(number)
    if kind in (Kind.PRODUCTION_LICENCE, Kind.TRADE_LICENCE):
        plain = licence_number(number)
        if plain.startswith("SC") is not (kind is Kind.PRODUCTION_LICENCE):
            wanted = "SC" if kind is Kind.PRODUCTION_LICENCE else "JY or YB"
            raise ValueError(f"{plain} is not the number of this kind of licence: {wanted} is")
        return plain
    return number


def _line_faults(name: str, code: str, text: str | None) -> list[Fault]:
    if not text or not text.strip() or len(text) > 200 or not text.isprintable():
        message = f"The {name} is missing or not one line of at most 200 characters."
        return [Fault(f"/{name}", code, message, "Copy it from the paper.")]
    return []


def _day_faults(kind: Kind, facts: Facts, today: date) -> list[Fault]:
    found = []
    begin, end = facts.valid_from, facts.valid_until
    if begin is None:
        message = "The paper does not say from when it is valid."
        found.append(Fault("/validFrom", "document.valid-from", message, "Give its first day, or its date."))
    if end is None and kind not in ENDLESS:
        message = "The paper does not say until when it is valid."
        found.append(
            Fault("/validUntil", "document.valid-until", message, "Give the last day printed on it.")
        )
    for name, day in (("validFrom", begin), ("validUntil", end)):
        if day is not None and not _EARLIEST <= day <= _LATEST:
            message = f"{day.isoformat()} is not a day of such a paper."
            found.append(Fault(f"/{name}", "document.day", message, "Check the year."))
    if begin is not None and end is not None and end < begin:
        message = "The paper ends before it begins."
        found.append(Fault("/validUntil", "document.days", message, "Check both days."))
    elif end is not None and end < today:
        message = f"The paper ran out on {end.isoformat()}."
        found.append(Fault("/validUntil", "document.expired", message, "Upload the renewed paper."))
    if begin is not None and begin > today:
        message = f"The paper is valid only from {begin.isoformat()} on."
        found.append(Fault("/validFrom", "document.not-yet", message, "Wait until then, or check the day."))
    return found


def _report_faults(facts: Facts, today: date) -> list[Fault]:
    found = [*_line_faults("sample", "document.sample", facts.sample)]
    found += _line_faults("standard", "document.standard", facts.standard)
    found += _laboratory_faults(facts)
    issued, until = facts.valid_from, facts.lab_until
    if until is None:
        message = "The report does not say until when the laboratory was accredited."
        found.append(Fault("/labUntil", "document.lab-until", message, "Ask the laboratory."))
    elif issued is not None and until < issued:
        message = f"The laboratory's accreditation ended on {until.isoformat()}, before the report."
        found.append(
            Fault("/labUntil", "document.lab-expired", message, "Use a laboratory that is accredited.")
        )
    if issued is not None and issued < today - timedelta(days=3 * 366):
        message = "The report is older than three years."
        found.append(Fault("/validFrom", "document.report-old", message, "Have a newer one made."))
    return found


def _laboratory_faults(facts: Facts) -> list[Fault]:
    if not facts.cma and not facts.cnas:
        message = "There is neither a CMA nor a CNAS number."
        return [Fault("/cma", "document.no-accreditation", message, "Give one of them, as printed.")]
    found = []
    for name, code, read in (("cma", "document.cma", cma_number), ("cnas", "document.cnas", cnas_number)):
        text = getattr(facts, name)
        try:
            if text:
                read(text)
        except ValueError as error:
            found.append(Fault(f"/{name}", code, str(error), "Copy it from the paper."))
    return found
