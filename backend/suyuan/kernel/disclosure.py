"""Confidential members of an event: a salted digest in public, the value apart (SD-JWT form, RFC 9901).

The hash of an event is taken over its public form, so a value can be shown to some, hidden from others, or
erased together with its salt, and every proof stays valid.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suyuan.kernel.canonical import MalformedJson, canonical_json, parse_json
from suyuan.kernel.errors import Fault, Malformed, Refused
from suyuan.kernel.hashing import leaf_hash, sha256

Json = dict[str, Any]
SaltSource = Callable[[], bytes]

CONFIDENTIAL = "suyuan:confidential"
DIGESTS = "_sd"
ALGORITHM = "_sd_alg"
_RESERVED = frozenset({DIGESTS, ALGORITHM, "..."})
# What makes an entry: without these in public nobody could check kind, time or meaning.
_ALWAYS_PUBLIC = frozenset({"type", "eventID", "eventTime", "eventTimeZoneOffset", "@context", CONFIDENTIAL})
_SALT_BYTES = 16


class BadDisclosure(Malformed):
    """A disclosure that cannot be read, or fits nowhere in the public form."""

    code = "disclosure.malformed"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One hidden member. `encoded` is what a holder hands out; `digest` is what stands in `_sd`."""

    salt: str
    name: str
    value: Any
    encoded: str

    @property
    def digest(self) -> str:
        return _base64url(sha256(self.encoded.encode("ascii")))

    @classmethod
    def make(cls, salt: bytes, name: str, value: object) -> Disclosure:
        """Raises ValueError on salts under 128 bits."""
        if len(salt) < _SALT_BYTES:
            raise ValueError("a salt has at least 16 bytes")
        text = _base64url(salt)
        return cls(text, name, value, _base64url(canonical_json([text, name, value])))

    @classmethod
    def read(cls, encoded: str) -> Disclosure:
        """From base64url text as handed out; raises BadDisclosure."""
        try:
            raw = base64.b64decode(encoded.encode("ascii") + b"=" * (-len(encoded) % 4), b"-_", validate=True)
            parts = parse_json(raw)
        except (ValueError, MalformedJson) as error:
            raise BadDisclosure("a disclosure is base64url of [salt, name, value]") from error
        if not isinstance(parts, list) or len(parts) != 3:
            raise BadDisclosure("a disclosure is base64url of [salt, name, value]")
        salt, name, value = parts
        if not isinstance(salt, str) or not isinstance(name, str) or name in _RESERVED:
            raise BadDisclosure("a disclosure needs a salt and the name of a member")
        return cls(salt, name, value, encoded)


def random_salt() -> bytes:
    """128 random bits."""
    return secrets.token_bytes(_SALT_BYTES)


def confidential_pointers(event: Mapping[str, Any]) -> list[str]:
    """The JSON Pointers under `suyuan:confidential`; raises Refused when it is no list of strings."""
    pointers = event.get(CONFIDENTIAL, [])
    if not isinstance(pointers, list) or not all(isinstance(pointer, str) for pointer in pointers):
        fault = Fault(
            f"/{CONFIDENTIAL}",
            "disclosure.pointers",
            "not a list of JSON Pointers",
            'e.g. ["/ilmd/ex:price"]',
        )
        raise Refused([fault])
    return pointers


def conceal(
    event: Json, pointers: Sequence[str], salt_source: SaltSource = random_salt
) -> tuple[Json, list[Disclosure]]:
    """The public form and what it hides, in the order of `pointers`; `event` stays as it is.

    Each pointer names a member of an object, at any depth. `suyuan:confidential` itself is left out of the
    public form. Raises Refused with every pointer that cannot be hidden, and when the event already holds
    `_sd`, `_sd_alg` or `...`.
    """
    public = _copy(event)
    public.pop(CONFIDENTIAL, None)
    faults = [
        Fault(pointer, "disclosure.reserved", "this name is reserved for digests", "rename the member")
        for pointer in _reserved_members(event)
    ]
    unique = list(dict.fromkeys(pointers))
    targets = [_target(public, pointer, unique, faults) for pointer in unique]
    if faults:
        raise Refused(faults)
    disclosures = []
    for holder, name in filter(None, targets):
        disclosure = Disclosure.make(salt_source(), name, holder.pop(name))
        holder.setdefault(DIGESTS, []).append(disclosure.digest)
        disclosures.append(disclosure)
    for holder, _ in filter(None, targets):
        holder[DIGESTS].sort()
    if disclosures:
        public[ALGORITHM] = "sha-256"
    return public, disclosures


def _target(
    public: Json, pointer: str, pointers: Sequence[str], faults: list[Fault]
) -> tuple[Json, str] | None:
    """The object that holds the member, and its name; what cannot be hidden is added to `faults`."""
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    holder: Any = public if pointer.startswith("/") else None
    for token in tokens[:-1]:
        holder = _step(holder, token)
    if not isinstance(holder, dict) or not tokens or tokens[-1] not in holder:
        faults.append(
            Fault(pointer, "disclosure.no_member", "no member of an object there", "name one that exists")
        )
    elif len(tokens) == 1 and tokens[0] in _ALWAYS_PUBLIC:
        faults.append(
            Fault(pointer, "disclosure.always_public", f"{tokens[0]} stays public", "take it off the list")
        )
    elif any(pointer.startswith(other + "/") for other in pointers):
        faults.append(
            Fault(pointer, "disclosure.overlap", "already inside another hidden member", "name only one")
        )
    else:
        return holder, tokens[-1]
    return None


def _step(holder: Any, token: str) -> Any:
    if isinstance(holder, dict):
        return holder.get(token)
    if isinstance(holder, list) and token.isascii() and token.isdecimal() and str(int(token[:9])) == token:
        return holder[int(token)] if int(token) < len(holder) else None
    return None


def reveal(public: Json, disclosures: Iterable[Disclosure | str]) -> Json:
    """The public form with the given members put back; digests of what stays hidden remain.

    Raises BadDisclosure when one fits nowhere, is given twice, or would overwrite a member.
    """
    event = _copy(public)
    waiting: dict[str, Disclosure] = {}
    for given in disclosures:
        disclosure = Disclosure.read(given) if isinstance(given, str) else given
        if waiting.setdefault(disclosure.digest, disclosure) is not disclosure:
            raise BadDisclosure(f"the disclosure of {disclosure.name!r} is given twice")
    for holder in list(_objects(event)):
        _put_back(holder, waiting)
    if waiting:
        raise BadDisclosure(f"{len(waiting)} disclosure(s) fit nowhere in this event")
    if not any(DIGESTS in holder for holder in _objects(event)):
        event.pop(ALGORITHM, None)
    return event


def _put_back(holder: Json, waiting: dict[str, Disclosure]) -> None:
    digests = holder.get(DIGESTS)
    if not isinstance(digests, list):
        return
    hidden = []
    for digest in digests:
        disclosure = waiting.pop(digest, None) if isinstance(digest, str) else None
        if disclosure is None:
            hidden.append(digest)
        elif disclosure.name in holder:
            raise BadDisclosure(f"{disclosure.name!r} is already there")
        else:
            holder[disclosure.name] = disclosure.value
    if hidden:
        holder[DIGESTS] = hidden
    else:
        del holder[DIGESTS]


def event_hash(public_event: Mapping[str, Any]) -> bytes:
    """SHA-256(0x00 || JCS(public form)): what an entry on the chain carries, and a Merkle leaf."""
    return leaf_hash(canonical_json(dict(public_event)))


def _objects(tree: Any) -> Iterable[Json]:
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def _reserved_members(event: Json) -> list[str]:
    return [name for holder in _objects(event) for name in holder if name in _RESERVED]


def _copy(event: Json) -> Json:
    """A deep copy of JSON values, as deep as `parse_json` lets them be."""
    return {name: _copy_value(value) for name, value in event.items()}


def _copy_value(value: Any) -> Any:
    if isinstance(value, dict):
        return _copy(value)
    return [_copy_value(child) for child in value] if isinstance(value, list) else value


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
