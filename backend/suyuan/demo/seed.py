"""Entering the demo through the public HTTP API, with nothing but an address and a token."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from suyuan.demo import peaches, rice, shrimp
from suyuan.demo.events import Days, documents
from suyuan.demo.goods import GOODS, PEACH_BOX, SHRIMP_PACK, Good
from suyuan.demo.people import ACTORS, Actor

MARKER = "demo.json"
FINAL_SECONDS = 120.0
ENDED = ("final", "rejected")
STORIES = (peaches.story, rice.story, shrimp.story)


class DemoRefused(Exception):
    """The gateway did not take a part of the demo; the message is what it said."""


def seed_once(
    url: str, token: str, data_dir: Path, say: Callable[[str], None], meanwhile: Callable[[], None]
) -> None:
    """Enter the demo unless it was entered into this data folder before. Cut off, it is continued: what was
    entered already is recognised by the gateway. The day it is told for is kept, so that nothing doubles.

    Raises DemoRefused, httpx.HTTPError.
    """
    marker = data_dir / MARKER
    known = _read(marker)
    if known.get("done"):
        return
    now = datetime.fromisoformat(known["at"]) if "at" in known else datetime.now(UTC)
    _write(marker, {"at": now.isoformat(), "done": False})
    with _client(url, token) as gateway:
        register_everybody(gateway)
        ids = submit_stories(gateway, now, say)
        _wait_until_final(gateway, ids, say, meanwhile)
    _write(marker, {"at": now.isoformat(), "done": True})


def day_of(data_dir: Path) -> datetime:
    """For when the demo of this data folder is told."""
    return datetime.fromisoformat(_read(data_dir / MARKER)["at"])


def demo_pages(data_dir: Path, public_url: str) -> list[dict[str, str]]:
    """Addresses of the pages worth looking at first, with their products' names; empty without the demo."""
    known = _read(data_dir / MARKER)
    if "at" not in known:
        return []
    days = Days.before(datetime.fromisoformat(known["at"]))
    shown = ((PEACH_BOX, peaches.showpiece(days), ""), (SHRIMP_PACK, shrimp.puzzle(days), "; 记录有矛盾"))
    return [_page(good, lot, note, public_url) for good, lot, note in shown]


def _page(good: Good, lot: str, note: str, public_url: str) -> dict[str, str]:
    return {"name": f"{good.zh} ({good.en}{note})", "url": public_url + urlsplit(lot).path}


def register_everybody(gateway: httpx.Client) -> None:
    """All parties with their sites, and all products; those known already are left as they are."""
    for actor in ACTORS:
        _post(gateway, "/api/v1/parties", party_of(actor))
    for good in GOODS:
        _post(gateway, "/api/v1/products", product_of(good))


def party_of(actor: Actor) -> dict[str, Any]:
    """What is registered of a party."""
    site = actor.site
    return {
        "names": {"zh": actor.zh, "en": actor.en},
        "identifiers": [actor.uri],
        "creditCode": actor.credit,
        "roles": list(actor.roles),
        "sites": [{"uri": site.uri, "names": {"zh": site.zh, "en": site.en}, "address": site.city}],
    }


def product_of(good: Good) -> dict[str, Any]:
    """What is registered of a product."""
    return {
        "gtin": good.gtin,
        "names": {"zh": good.zh, "en": good.en},
        "specification": good.note_zh,
    }


def submit_stories(gateway: httpx.Client, now: datetime, say: Callable[[str], None]) -> list[str]:
    """Submit every document of every story, in order; returns the ids of the submissions."""
    ids: list[str] = []
    days = Days.before(now)
    told = [document for story in STORIES for document in documents(story(days))]
    for number, document in enumerate(told, 1):
        if number % 10 == 0 or number == len(told):
            say(f"demo: {number} of {len(told)} documents entered")
        answer = gateway.post(
            "/api/v1/submissions",
            params={"as": document.party.uri},
            json=document.as_epcis(now),
            headers={"Idempotency-Key": f"demo-{now.timestamp():.0f}-{number}"},
        )
        ids += [each["id"] for each in answered(answer)["submissions"]]
    return ids


def _wait_until_final(
    gateway: httpx.Client, ids: Iterable[str], say: Callable[[str], None], meanwhile: Callable[[], None]
) -> None:
    """Wait until all are final, but not for ever: the chain may be slow, and the pages say how far it is."""
    waiting = list(ids)
    say("demo: waiting until every entry is final on the chain")
    until = time.monotonic() + FINAL_SECONDS
    while waiting and time.monotonic() < until:
        meanwhile()
        state = answered(gateway.get(f"/api/v1/submissions/{waiting[-1]}"))["state"]
        if state in ENDED:
            waiting.pop()
        else:
            time.sleep(0.2)
    if waiting:
        say(f"demo: {len(waiting)} submissions are not final yet; their pages say so")


def _post(gateway: httpx.Client, path: str, body: dict[str, Any]) -> None:
    answer = gateway.post(path, json=body)
    if answer.status_code != 409:  # known already, from a start that was cut off
        answered(answer)


def answered(answer: httpx.Response) -> dict[str, Any]:
    """What the gateway said. Raises DemoRefused."""
    if answer.is_error:
        raise DemoRefused(f"{answer.request.method} {answer.request.url.path}: {answer.text[:2000]}")
    found: dict[str, Any] = answer.json()
    return found


def _client(url: str, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content), "utf-8")
    draft.replace(path)
