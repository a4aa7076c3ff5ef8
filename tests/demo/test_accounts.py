"""The demo's people: made through HTTP, and refused outside a demonstration."""

from __future__ import annotations

import json
from types import SimpleNamespace

import httpx
import pytest

from suyuan.access.errors import DemoAccounts
from suyuan.demo.accounts import FILE, MEMBERS, AccountsRefused, demo_accounts, make_accounts
from suyuan.serve import check_people


def signs_in(running, folder, login):
    password = demo_accounts(folder)["password"]
    proof = {"login": login, "password": password}
    return httpx.post(f"{running.url}/api/v1/session", json=proof).json()


def test_everybody_of_the_demo_can_sign_in_with_the_printed_password(running, tmp_path):
    make_accounts(running.url, running.token, tmp_path)
    printed = demo_accounts(tmp_path)["people"]
    assert [each["login"] for each in printed] == [each.address for each in MEMBERS]
    for member in MEMBERS:
        session = signs_in(running, tmp_path, member.address)
        assert session["state"] == "open"
        assert sorted(session["seats"]) == sorted(member.seats)
        assert (session["party"] is None) == (member.party is None)


def test_a_start_that_was_cut_off_is_continued_with_the_same_password(running, tmp_path):
    make_accounts(running.url, running.token, tmp_path)
    before = demo_accounts(tmp_path)
    kept = json.loads((tmp_path / FILE).read_text("utf-8"))
    (tmp_path / FILE).write_text(json.dumps(kept | {"made": kept["made"][:3]}), "utf-8")
    make_accounts(running.url, running.token, tmp_path)
    assert demo_accounts(tmp_path) == before


def test_the_password_is_readable_by_its_owner_alone_and_differs_between_folders(running, tmp_path):
    make_accounts(running.url, running.token, tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(AccountsRefused):  # these people are another folder's
        make_accounts(running.url, running.token, other)
    assert demo_accounts(other)["password"] != demo_accounts(tmp_path)["password"]


def test_outside_a_demonstration_nothing_starts_while_they_are_open(running, tmp_path):
    make_accounts(running.url, running.token, tmp_path)
    for is_demo in (True, False):
        system = SimpleNamespace(settings=SimpleNamespace(makes_own_keys=is_demo), database=running.database)
        if is_demo:
            check_people(system)
            continue
        with pytest.raises(DemoAccounts):
            check_people(system)
