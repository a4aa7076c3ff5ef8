"""The little of JSON-LD that we rely on: which namespace a prefix stands for. Nothing is ever fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

#: Prefixes that the EPCIS 2.0 context itself declares.
STANDARD = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda",
    "gs1": "https://gs1.org/voc/",
}
_MDA = frozenset({"urn:epcglobal:cbv:mda", "https://ref.gs1.org/cbv/mda"})
_PARTS = re.compile(r"(?P<space>.+)[:#/](?P<local>[^:#/]+)")


def prefixes(context: object, known: Mapping[str, str] = STANDARD) -> dict[str, str]:
    """Prefix -> namespace of an `@context` value, over `known`; contexts named by their URL add nothing."""
    found = dict(known)
    for each in context if isinstance(context, list) else [context]:
        if isinstance(each, Mapping):
            found.update({name: value for name, value in each.items() if isinstance(value, str)})
    return found


def mda_members(event: Mapping[str, Any], known: Mapping[str, str], name: str) -> list[str]:
    """Members of an event that mean the CBV master data attribute `name`, whatever their prefix."""
    found = []
    for member in event:
        parts = _PARTS.fullmatch(member) if member.endswith(name) else None
        if (
            parts
            and parts["local"] == name
            and known.get(parts["space"], parts["space"]).rstrip(":#/") in _MDA
        ):
            found.append(member)
    return found
