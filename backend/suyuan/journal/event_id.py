"""The id of an event that came without one: its CBV 2.0 event hash (section 8.9).

Profile: what the PyPI package `epcis-event-hash-generator` 1.9.3 computes
(`ni:///sha-256;...?ver=CBV2.0`); later unreleased profiles give other hashes for some events, so the
version is pinned and the vectors are under test. The library keeps state between calls and would fetch
contexts from the network; both are prevented here.
"""

from __future__ import annotations

import copy
import importlib
import json
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.hashing import sha256

PROFILE = "epcis-event-hash-generator 1.9.3"
OFFICIAL_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"

_PACKAGE = "epcis_event_hash_generator"
_CONTEXT_FILE = "e532647e8eb371379b8b0e8602d8981c8566bc60f7351f22c76a5bc865962008.jsonld"
_one_at_a_time = threading.Lock()
#: Events for which a document keeps others waiting, and the seconds that it then lets them pass.
_AT_ONCE = 20
_PAUSE = 0.001


def event_ids(events: Sequence[Mapping[str, Any]], context: object) -> list[str]:
    """An id for each event, in order; equal events have equal ids. `context` is the document's.

    An event that the library cannot digest gets a name-based UUID of its canonical JSON instead.
    """
    plain = [dict(event) for event in events]
    ids: list[str] = []
    for start in range(0, len(plain), _AT_ONCE):
        if start:
            time.sleep(_PAUSE)
        with _one_at_a_time:
            ids += _some(plain[start : start + _AT_ONCE], context)
    return ids


def _some(events: list[dict[str, Any]], context: object) -> list[str]:
    found = _hashes(events, context) if not any("@context" in event for event in events) else None
    return [_single(event, context) for event in events] if found is None else found


def _single(event: dict[str, Any], context: object) -> str:
    own = event.get("@context")
    without = {name: value for name, value in event.items() if name != "@context"}
    found = _hashes([without], [context, own] if own is not None else context)
    return found[0] if found else name_based(event)


def name_based(event: Mapping[str, Any]) -> str:
    """`urn:uuid:` of version 8: the first bits of SHA-256 of the canonical JSON."""
    value = int.from_bytes(sha256(canonical_json(dict(event)))[:16], "big")
    value = value & ~(0xF << 76) | 0x8 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"urn:uuid:{UUID(int=value)}"


def _hashes(events: list[dict[str, Any]], context: object) -> list[str] | None:
    """None when the library gives no hash for some event: it swallows its own errors."""
    reader, generator = _library()
    document = {
        "@context": [OFFICIAL_CONTEXT, *_inline(context)],
        "type": "EPCISDocument",
        "epcisBody": {"eventList": copy.deepcopy(events)},
    }
    reader._namespaces.clear()  # noqa: SLF001 - left over from the document before
    try:
        hashes = generator.epcis_hashes_from_events(reader.event_list_from_epcis_document_json(document))
    except Exception:  # noqa: BLE001 - a library for well-meant documents meets any document here
        return None
    return list(hashes) if len(hashes) == len(events) else None


def _inline(context: object) -> list[dict[str, Any]]:
    """Contexts that stand in the document; those named by URL are not fetched, the official one is ours."""
    if isinstance(context, list):
        return [found for each in context for found in _inline(each)]
    if isinstance(context, dict):
        return [{name: value for name, value in context.items() if name != "@import"}]
    return []


@cache
def _library() -> tuple[Any, Any]:
    reader: Any = importlib.import_module(f"{_PACKAGE}.json_to_py")
    generator: Any = importlib.import_module(f"{_PACKAGE}.hash_generator")
    importlib.import_module("pyld.jsonld").set_document_loader(_load)
    for module in (reader, generator):
        module.logging = _Silence  # it would write whole events, confidential members too, to the root logger
    return reader, generator


class _Silence:
    """In place of the module `logging`."""

    @staticmethod
    def debug(*_: object) -> None: ...

    info = warning = error = debug


@cache
def _official() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(_PACKAGE).joinpath(_CONTEXT_FILE).read_text(encoding="utf-8"))
    return found


def _load(url: str, _options: object = None) -> dict[str, Any]:
    document = _official() if url == OFFICIAL_CONTEXT else {"@context": {}}
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": document,
    }
