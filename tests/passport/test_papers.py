"""Papers that a party shows stand on the page of its lots, as they were when it recorded the lot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import qualification_world as world
from file_samples import pdf
from passport.recorded_world import FARM, GTIN, RecordedWorld, event, lot
from passport.sample_pages import VERIFIED
from suyuan.access.model import Caller, Scope
from suyuan.kernel.hashing import sha256, to_hex
from suyuan.parties.queries import party_by_uri
from suyuan.passport.model import Paper
from suyuan.passport.page import Links, render_lot
from suyuan.passport.words import words
from suyuan.qualification import renew
from suyuan.qualification.model import Kind

PATH = f"/01/{GTIN}/10/PAPERS"
ORGANIC = replace(world.PRODUCTION, number="ORG-77", issuer="中绿认证")
TITLE = words("zh").word("papers.title")


@pytest.fixture
def told(sqlite_database, tmp_path):
    """A lot on the chain, and a paper of its farm that the registrar has approved."""
    found = RecordedWorld(sqlite_database, tmp_path)
    found.tell(FARM, event(6, "commissioning", lot("PAPERS"), action="ADD"))
    found.record()
    return found


def own(told):
    with told.database.reading() as conn:
        party = party_by_uri(conn, FARM).number
    return Caller("00000000000000ff", "x", party, frozenset({Scope.PARTY_ADMIN, Scope.READ}))


def handed(told, facts, words_inside="organic", renews=None):
    caller = own(told)
    with told.database.transaction() as conn:
        arguments = (caller, caller.party, Kind.ORGANIC, facts, world.paper(words_inside), renews)
        made = renew.hand_in(conn, told.clock, *arguments)
        renew.approve(conn, told.clock, world.registrar(), made.id)
    return made.id


def show(told, paper, *, shown):
    with told.database.transaction() as conn:
        renew.show(conn, told.clock, own(told), paper, shown=shown)


def test_a_paper_stands_there_only_while_its_party_wants_it(told):
    assert TITLE not in told.get(PATH).text
    paper = handed(told, ORGANIC)
    assert TITLE not in told.get(PATH).text
    show(told, paper, shown=True)
    page = told.get(PATH).text  # the page that was kept is not the answer any more
    assert TITLE in page
    assert "有机认证" in page
    assert "ORG-77" in page
    assert "2024-05-01 至 2027-04-30" in page
    assert to_hex(sha256(pdf("organic"))) in page
    assert words("zh").word("papers.over") not in page
    show(told, paper, shown=False)
    assert "ORG-77" not in told.get(PATH).text


def test_no_word_of_the_contact_nor_the_file_itself_is_on_the_page(told):
    show(told, handed(told, ORGANIC), shown=True)
    page = told.get(PATH).text
    for secret in (world.CONTACT.name, world.CONTACT.phone, world.CONTACT.email, "organic.pdf"):
        assert secret not in page


def test_of_two_versions_the_one_that_was_valid_when_the_lot_was_recorded_stands_there(told):
    first = handed(told, ORGANIC)
    show(told, first, shown=True)
    again = replace(ORGANIC, number="ORG-78", valid_from=date(2026, 11, 23), valid_until=date(2030, 1, 1))
    handed(told, again, "renewed", renews=first)
    page = told.get(PATH).text
    assert "ORG-77" in page
    assert "ORG-78" not in page


def test_the_bundle_says_nothing_of_papers(told):
    before = told.get(f"{PATH}?format=json").content
    show(told, handed(told, ORGANIC), shown=True)
    assert told.get(f"{PATH}?format=json").content == before


@pytest.mark.parametrize("standing", ["over", "early"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_not_valid_then_is_said_in_words(standing, language):
    paper = Paper(VERIFIED.steps[0].party, "halal", "H-1", "X", date(2020, 1, 1), None, standing, "0x00")
    links = Links("https://trace.example.cn/x", "#", "qr.svg", "x.json", "?lang=en")
    page = render_lot(replace(VERIFIED, papers=(paper,)), language, links).decode()
    assert words(language).word(f"papers.{standing}") in page
    assert words(language).word("papers.endless") in page
