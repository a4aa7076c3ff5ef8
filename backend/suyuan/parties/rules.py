"""What a party and a site must be; pure. Pointers are those of the wire form (docs: /openapi.json)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from suyuan.kernel.errors import Fault
from suyuan.kernel.identity import NotAnIdentifier, identify
from suyuan.kernel.typed_data import checksum_address
from suyuan.parties.model import LANGUAGES, NO_END, Licence, NewParty, NewSite
from suyuan.parties.registration_numbers import credit_code, licence_number

_NAME_LENGTH = 200
_ADDRESS_LENGTH = 500


def party_faults(new: NewParty, now: datetime) -> list[Fault]:
    """Everything that is wrong with a party to be registered; empty when nothing is."""
    found = [*name_faults("", new.names), *_identifier_faults(new.identifiers), *_number_faults(new)]
    if not new.roles:
        found.append(Fault("/roles", "party.no-role", "The party has no role.", "Give at least one role."))
    found += qualification_faults(new.qualified_until, now)
    for index, site in enumerate(new.sites):
        found += site_faults(f"/sites/{index}", site)
    found += _repeated("/sites", [site.uri for site in new.sites])
    if new.key_address is not None:
        found += address_faults("/keyAddress", new.key_address)
    return found


def name_faults(pointer: str, names: Mapping[str, str]) -> list[Fault]:
    """Names are for people to read: one at least, of 1 to 200 characters, without control characters."""
    found = []
    if not names:
        found.append(Fault(f"{pointer}/names", "name.missing", "There is no name.", "Give it in zh or en."))
    for language, name in names.items():
        at = f"{pointer}/names/{language}"
        if language not in LANGUAGES:
            found.append(Fault(at, "name.language", f"No names are kept in {language!r}.", "Use zh or en."))
        if not _is_line(name, _NAME_LENGTH):
            message = f"The name is not one line of 1 to {_NAME_LENGTH} characters."
            found.append(Fault(at, "name.form", message, "Give the name as people know it."))
    return found


def site_faults(pointer: str, site: NewSite) -> list[Fault]:
    """Everything that is wrong with a site."""
    found = [*uri_faults(f"{pointer}/uri", site.uri), *name_faults(pointer, site.names)]
    if site.address is not None and not _is_line(site.address, _ADDRESS_LENGTH):
        message = f"The address is not one line of 1 to {_ADDRESS_LENGTH} characters."
        found.append(Fault(f"{pointer}/address", "site.address", message, "Write it in one line."))
    if (site.latitude is None) != (site.longitude is None):
        found.append(
            Fault(pointer, "site.position", "Latitude and longitude go together.", "Give both or none.")
        )
    for name, value, limit in (("latitude", site.latitude, 90), ("longitude", site.longitude, 180)):
        if value is not None and not _is_degrees(value, limit):
            message = f"{value!r} is not between -{limit} and {limit} degrees."
            found.append(
                Fault(f"{pointer}/{name}", "site.position", message, "Give decimal degrees, WGS 84.")
            )
    return found


def uri_faults(pointer: str, uri: str) -> list[Fault]:
    try:
        found = identify(uri)
    except NotAnIdentifier as error:
        return [
            Fault(pointer, error.code, error.message, "Give a GS1 Digital Link, an EPC URN or another URI.")
        ]
    if not found.wellformed and found.scheme in ("http", "https"):
        # It would be on chain for good: the check digit of a GS1 key catches the slip.
        message = f"{uri} looks like a GS1 Digital Link and breaks its rules."
        return [Fault(pointer, "party.identifier-malformed", message, "Check the key and its check digit.")]
    return []


def address_faults(pointer: str, address: str) -> list[Fault]:
    try:
        checksum_address(address)
    except ValueError as error:
        return [
            Fault(pointer, "key.address", str(error), "Give the address of the key: 0x and 40 hex digits.")
        ]
    return []


def qualification_faults(until: datetime | None, now: datetime) -> list[Fault]:
    if until is None:
        return []
    at = "/qualifiedUntil"
    if until <= now:
        return [Fault(at, "party.qualified-past", "The qualification is over already.", "Give a later time.")]
    if until.timestamp() >= NO_END:
        return [Fault(at, "party.qualified-far", "The time is beyond what is kept.", "Leave it out.")]
    return []


def plain_licences(licences: Sequence[Licence]) -> tuple[Licence, ...]:
    """Licences with plain numbers. Raises ValueError with the first wrong one."""
    return tuple(Licence(licence_number(each.number), each.valid_until) for each in licences)


def _identifier_faults(uris: Sequence[str]) -> list[Fault]:
    if not uris:
        message = "The party has no identifier."
        return [
            Fault("/identifiers", "party.no-identifier", message, "Give its GLN as a URI, or another URI.")
        ]
    found = [fault for index, uri in enumerate(uris) for fault in uri_faults(f"/identifiers/{index}", uri)]
    return found + _repeated("/identifiers", uris)


def _repeated(pointer: str, uris: Sequence[str]) -> list[Fault]:
    seen: set[str] = set()
    found = []
    for index, uri in enumerate(uris):
        try:
            canonical = identify(uri).uri
        except NotAnIdentifier:
            continue
        if canonical in seen:
            message = f"{uri} stands there twice, if in another form."
            found.append(Fault(f"{pointer}/{index}", "uri.repeated", message, "Give each once."))
        seen.add(canonical)
    return found


def _number_faults(new: NewParty) -> list[Fault]:
    found = []
    if new.credit_code is not None:
        try:
            credit_code(new.credit_code)
        except ValueError as error:
            found.append(
                Fault("/creditCode", "party.credit-code", str(error), "Copy it from the business licence.")
            )
    for index, licence in enumerate(new.licences):
        try:
            licence_number(licence.number)
        except ValueError as error:
            at = f"/licences/{index}/number"
            found.append(Fault(at, "party.licence", str(error), "Copy it from the food licence."))
    return found


def _is_line(text: str, longest: int) -> bool:
    return 1 <= len(text) <= longest and text.strip() == text and text.isprintable()


def _is_degrees(text: str, limit: int) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return len(text) <= 24 and value.is_finite() and -limit <= value <= limit
