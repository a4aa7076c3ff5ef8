"""What waits for the demo's people on the first day."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import httpx
import pypdf

from suyuan.demo.accounts import make_accounts
from suyuan.demo.people import ORCHARD, PACKER, SHOP
from suyuan.demo.seed import MARKER, register_everybody, submit_stories
from suyuan.demo.todo import leave_work, pdf

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def seeded(running, folder):
    (folder / MARKER).write_text(json.dumps({"at": NOW.isoformat(), "done": True}), "utf-8")
    with httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {running.token}"}) as gateway:
        register_everybody(gateway)
        submit_stories(gateway, NOW, lambda _line: None)
    make_accounts(running.url, running.token, folder)


def test_a_handover_waits_for_the_shop_and_passports_name_two_papers(running, tmp_path):
    seeded(running, tmp_path)
    for _ in range(2):  # a start that was cut off begins again
        leave_work(running.url, running.token, tmp_path)
    with httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {running.token}"}) as gateway:
        parties = {
            actor: gateway.get("/api/v1/parties", params={"uri": actor.uri}).json()["parties"][0]["number"]
            for actor in (ORCHARD, PACKER, SHOP)
        }
        offers = gateway.get("/api/v1/handovers").json()["items"]
        papers = [
            (each["kind"], each["state"], each["shown"])
            for actor in (ORCHARD, PACKER)
            for each in gateway.get(f"/api/v1/parties/{parties[actor]}/documents").json()["documents"]
        ]
    assert papers == [("conformity", "approved", True), ("haccp", "approved", True)]
    assert [(each["state"], each["receiver"]["number"]) for each in offers] == [("offered", parties[SHOP])]


def test_the_papers_are_readable_files():
    page = pypdf.PdfReader(io.BytesIO(pdf("haccp", "A (b)")), strict=True).pages[0]
    assert page.extract_text().splitlines() == ["DEMONSTRATION - MADE UP", "haccp", "A b"]
