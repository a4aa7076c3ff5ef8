"""People of the demo, who can sign in: made through the public HTTP API, each by a one-time link.

Their one password is made anew for every data folder and kept in it, readable by its owner alone.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from suyuan.access.accounts import DEMO_DOMAIN
from suyuan.demo.people import LABORATORY, ORCHARD, PACKER, SHOP, STORE, TRUCKS, Actor

FILE = "demo-accounts.json"


@dataclass(frozen=True, slots=True)
class Member:
    """One who can sign in; without a party he is staff of the platform."""

    login: str
    zh: str
    seats: tuple[str, ...]
    party: Actor | None = None

    @property
    def address(self) -> str:
        return f"{self.login}@{DEMO_DOMAIN}"

    @property
    def where(self) -> str:
        return self.party.zh if self.party else "平台"


_OWN = ("admin", "signer")
MEMBERS = (
    Member("registrar", "登记员 周敏", ("registrar",)),
    Member("qc", "品控员 何静", ("qc",)),
    Member("orchard", "果农 陶建国", _OWN, ORCHARD),
    Member("packer", "分选车间 沈丽", _OWN, PACKER),
    Member("trucks", "司机 赵强", _OWN, TRUCKS),
    Member("store", "冷库 孙薇", _OWN, STORE),
    Member("shop", "收货员 李娜", _OWN, SHOP),
    Member("laboratory", "检测员 吴博", _OWN, LABORATORY),
)


def login_of(actor: Actor) -> str:
    """How the person of this party signs in."""
    return next(each.address for each in MEMBERS if each.party is actor)


class AccountsRefused(Exception):
    """The gateway did not take an account of the demo; the message is what it said."""


def make_accounts(url: str, token: str, data_dir: Path) -> None:
    """Make those that are not there yet. Cut off, it is continued by the next start.

    Raises AccountsRefused, httpx.HTTPError.
    """
    known = _read(data_dir / FILE)
    password = str(known.get("password") or "-".join(secrets.token_hex(2) for _ in range(4)))
    done = set(known.get("made", []))
    for member in MEMBERS:
        if member.address in done:
            continue
        _write(data_dir / FILE, {"password": password, "made": sorted(done)})
        with _client(url, token) as registrar, _client(url) as person:
            _join(registrar, person, member, password)
        done.add(member.address)
    _write(data_dir / FILE, {"password": password, "made": sorted(done)})


def demo_accounts(data_dir: Path) -> dict[str, Any]:
    """The password, and who signs in with it; empty without the demo."""
    known = _read(data_dir / FILE)
    if "password" not in known:
        return {}
    made = set(known.get("made", []))
    people = [
        {"login": each.address, "name": each.zh, "of": each.where} for each in MEMBERS if each.address in made
    ]
    return {"password": known["password"], "people": people}


def _join(registrar: httpx.Client, person: httpx.Client, member: Member, password: str) -> None:
    account = _found(registrar, member)
    if account is None or not account["hasPassword"]:
        link = _link(registrar, member, account)
        code = link.rpartition("/")[2]
        session = _answer(person.post(f"/api/v1/invitations/{code}", json={"password": password}))
    else:
        session = _answer(
            person.post("/api/v1/session", json={"login": member.address, "password": password})
        )
    if member.party:
        account = _found(registrar, member) or {}
        seats = {"seats": list(member.seats)}
        headers = {"X-CSRF-Token": session["csrf"]}
        _answer(person.post(f"/api/v1/people/{account['id']}/seats", json=seats, headers=headers))


def _link(registrar: httpx.Client, member: Member, account: Mapping[str, Any] | None) -> str:
    """A one-time link; the registrar seats a party's first admin, who gives himself the other seats."""
    if account is not None:
        return str(_answer(registrar.post(f"/api/v1/people/{account['id']}/link", json={}))["link"])
    party = _party(registrar, member.party) if member.party else None
    seats = ["admin"] if member.party else list(member.seats)
    invited = {"login": member.address, "name": member.zh, "party": party, "seats": seats}
    return str(_answer(registrar.post("/api/v1/people", json=invited))["link"])


def _party(registrar: httpx.Client, actor: Actor) -> int:
    found = _answer(registrar.get("/api/v1/parties", params={"uri": actor.uri}))["parties"]
    return int(found[0]["number"])


def _found(registrar: httpx.Client, member: Member) -> dict[str, Any] | None:
    page: str | None = "/api/v1/people"
    while page:
        answer = registrar.get(page)
        for each in _answer(answer)["people"]:
            if member.address in each["logins"]:
                found: dict[str, Any] = each
                return found
        page = answer.links.get("next", {}).get("url")
    return None


def _client(url: str, token: str | None = None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)


def _answer(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_error:
        raise AccountsRefused(f"{answer.request.method} {answer.request.url.path}: {answer.text[:2000]}")
    found: dict[str, Any] = answer.json()
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    draft.replace(path)
