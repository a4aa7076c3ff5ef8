"""What waits for somebody on the first day: papers that passports name, and goods on offer to the shop.

Done by the demo's people through the public HTTP API, after their accounts are made; done again, it changes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from suyuan.demo import peaches
from suyuan.demo.accounts import demo_accounts, login_of
from suyuan.demo.events import Days
from suyuan.demo.people import ORCHARD, PACKER, SHOP, Actor
from suyuan.demo.seed import DemoRefused, answered, day_of

PAPERS: tuple[tuple[Actor, dict[str, str]], ...] = (
    (ORCHARD, {"kind": "conformity", "number": "320206-TY-0718", "issuer": ORCHARD.zh}),
    (
        PACKER,
        {"kind": "haccp", "number": "001HACCP2500718", "issuer": "华东明信认证有限公司（演示）"},
    ),
)


def leave_work(url: str, token: str, data_dir: Path) -> None:
    """Raises DemoRefused, httpx.HTTPError."""
    at = day_of(data_dir)
    password = str(demo_accounts(data_dir)["password"])
    for actor, paper in PAPERS:
        with _signed_in(url, actor, password) as person:
            _show_paper(person, httpx.Headers({"Authorization": f"Bearer {token}"}), actor, paper, at)
    with _signed_in(url, PACKER, password) as person:
        answered(person.post("/api/v1/handovers", json=offer(at)))


def offer(at: datetime) -> dict[str, Any]:
    """Peaches for juice, for the shop; the same for the same day."""
    lot = peaches.seconds(Days.before(at))
    name = f"demo-offer-{at.timestamp():.0f}"
    line = {"lot": lot, "quantity": "451.5", "uom": "KGM", "packs": 43, "profile": "NONE"}
    return {
        "id": str(uuid5(NAMESPACE_URL, name)),
        "actId": name,
        "receiver": SHOP.uri,
        "lines": [line],
        "reference": "DD-0718",
        "note": "榨汁用次级果，43 筐，请当天验收。",
    }


def _show_paper(
    person: httpx.Client, registrar: httpx.Headers, actor: Actor, paper: dict[str, str], at: datetime
) -> None:
    """Hand it in, have it approved, and let passports name it; each step unless it was done before."""
    party = answered(person.get("/api/v1/session"))["party"]
    known = answered(person.get(f"/api/v1/parties/{party}/documents"))["documents"]
    found = next((each for each in known if each["number"] == paper["number"]), None)
    if found is None:
        facts = {**paper, "validFrom": f"{at.year - 1}-12-01", "validUntil": f"{at.year + 1}-11-30"}
        file = (f"{paper['kind']}.pdf", pdf(paper["kind"], paper["number"], actor.en), "application/pdf")
        sent = person.post(f"/api/v1/parties/{party}/documents", data=facts, files={"file": file})
        found = answered(sent)
    if found["state"] == "submitted":
        with httpx.Client(base_url=person.base_url, headers=registrar, trust_env=False) as desk:
            found = answered(desk.post(f"/api/v1/documents/{found['id']}/approval"))
    if not found["shown"]:
        answered(person.put(f"/api/v1/documents/{found['id']}/consent", json={"shown": True}))


def pdf(*lines: str) -> bytes:
    """One page that says these lines (ASCII) and that it is made up."""
    told = [line.replace("\\", "").replace("(", "").replace(")", "") for line in lines]
    words = "".join(f"({line}) Tj 0 -24 Td " for line in ("DEMONSTRATION - MADE UP", *told))
    drawing = f"BT /F1 16 Tf 60 760 Td {words}ET".encode("ascii")
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    body, rows = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, part in enumerate(parts, 1):
        rows += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    size = len(parts) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + b"xref\n0 %d\n" % size + rows + end


@contextmanager
def _signed_in(url: str, actor: Actor, password: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as person:
        proof = {"login": login_of(actor), "password": password}
        session = answered(person.post("/api/v1/session", json=proof))
        if "csrf" not in session:
            raise DemoRefused(f"{login_of(actor)} cannot sign in with the demo's password alone.")
        person.headers["X-CSRF-Token"] = session["csrf"]
        yield person
