"""What is posted on the pages of an application, as values of the room."""

from __future__ import annotations

from datetime import date

from suyuan.kernel.errors import Fault
from suyuan.portal.session import Form
from suyuan.qualification.errors import DocumentRefused
from suyuan.qualification.model import Contact, Facts, Kind, SiteForm
from suyuan.qualification.model import Form as Filled

#: Empty rows for sites that one page offers beside those that there are.
MORE_SITES = 2


def firm_of(form: Form, before: Filled) -> Filled:
    """The firm's step; places stay as they were."""
    return Filled(
        names=_names(form, "names"),
        credit_code=form.get("creditCode"),
        roles=tuple(form.all("roles")),
        gln=form.get("gln") or None,
        goods=tuple(form.all("goods")),
        sites=before.sites,
        key_address=form.get("keyAddress") or None,
    )


def sites_of(form: Form) -> tuple[SiteForm, ...]:
    """The places with anything written in their row."""
    found = []
    for place in range(60):
        names = _names(form, f"sites-{place}-names")
        address, gln = form.get(f"sites-{place}-address") or None, form.get(f"sites-{place}-gln") or None
        if names or address or gln:
            found.append(SiteForm(names, gln, address))
    return tuple(found)


def contact_of(form: Form) -> Contact:
    return Contact(form.get("contact-name"), form.get("contact-phone"), form.get("contact-email"))


def kind_of(form: Form) -> Kind:
    """Raises DocumentRefused for none that there is."""
    try:
        return Kind(form.get("kind"))
    except ValueError:
        fault = Fault("/kind", "document.kind", "This kind of document is not known.", "Choose one.")
        raise DocumentRefused([fault]) from None


def facts_of(form: Form) -> Facts:
    """What a paper says; a day that is none is left out, and then missed."""
    return Facts(
        number=form.get("number"),
        issuer=form.get("issuer"),
        valid_from=_day(form.get("validFrom")),
        valid_until=_day(form.get("validUntil")),
        sample=form.get("sample") or None,
        standard=form.get("standard") or None,
        cma=form.get("cma") or None,
        cnas=form.get("cnas") or None,
        lab_until=_day(form.get("labUntil")),
    )


def _names(form: Form, prefix: str) -> dict[str, str]:
    found = {language: form.get(f"{prefix}-{language}") for language in ("zh", "en")}
    return {language: name for language, name in found.items() if name}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
