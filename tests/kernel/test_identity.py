from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.vector_files import load, raw
from suyuan.kernel import digital_link
from suyuan.kernel.digital_link import BadDigitalLink
from suyuan.kernel.gs1 import check_digit
from suyuan.kernel.identity import (
    LEVELS,
    NotAnIdentifier,
    TraceObject,
    from_argument,
    identify,
    lot_id,
    lot_id_of_argument,
    of_lot,
    page_path,
)

VECTORS = load("identity")
LINKS = load("digital_link")
LOT = "https://id.gs1.org/01/04012345123456/10/Lot987"

cset82 = st.text("!\"%&'()*+,-./0123456789:;<=>?ABCXYZ_abcxyz", min_size=1, max_size=20)
gtins = st.integers(0, 10**13 - 1).map(lambda n: f"{n:013d}{check_digit(f'{n:013d}')}")


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["uri"])
def test_every_form_of_an_object_has_one_canonical_uri(case: dict[str, Any]) -> None:
    found = identify(case["uri"])
    assert found.uri == case["canonical"]
    assert found.level == case["level"]
    assert found.wellformed == case["wellformed"]
    assert lot_id(found.uri) == raw(case["lot_id"])
    if "gtin" in case:
        assert (found.gtin, found.lot, found.serial) == (case["gtin"], case["lot"], case["serial"])


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["uri"])
def test_a_canonical_uri_is_its_own_canonical_uri(case: dict[str, Any]) -> None:
    once = identify(case["canonical"])
    assert once.uri == case["canonical"]
    assert once.level == case["level"]


@pytest.mark.parametrize("case", VECTORS["broken"], ids=lambda case: case["uri"][:20])
def test_what_is_no_uri_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(NotAnIdentifier) as refusal:
        identify(case["uri"])
    assert refusal.value.code == case["code"]


@pytest.mark.parametrize("case", LINKS["valid"], ids=lambda case: case["uri"])
def test_a_digital_link_is_read(case: dict[str, Any]) -> None:
    link = digital_link.parse(case["uri"])
    assert [list(pair) for pair in (*link.path, *link.attributes)] == case["ais"]
    assert link.uri == case["canonical"] == digital_link.canonical(case["uri"])


@pytest.mark.parametrize("case", LINKS["broken"], ids=lambda case: case["uri"])
def test_a_broken_digital_link_is_refused_with_its_reason(case: dict[str, Any]) -> None:
    with pytest.raises(BadDigitalLink) as refusal:
        digital_link.parse(case["uri"], lenient=case["lenient"])
    assert refusal.value.code == case["code"]


@given(gtins, cset82, st.none() | cset82)
def test_a_canonical_link_is_idempotent_and_keeps_its_values(gtin: str, lot: str, serial: str | None) -> None:
    pairs = [("01", gtin), ("10", lot)] + ([("21", serial)] if serial else [])
    link = digital_link.build(pairs)
    again = digital_link.parse(link.full_uri)
    assert again.path == tuple(pairs)
    assert digital_link.canonical(link.uri) == link.uri
    found = identify(link.full_uri)
    assert (found.gtin, found.lot, found.serial) == (gtin, lot, serial)
    assert found.lot_uri == f"https://id.gs1.org/01/{gtin}/10/{quote(lot, safe='')}"


@given(gtins, cset82, st.sampled_from(["https://a.example/x/01/y", "http://b", "HTTPS://C:1/stem"]))
def test_any_domain_and_stem_name_the_same_lot(gtin: str, lot: str, stem: str) -> None:
    # Lower-case escapes and bare characters that need no escape mean the same.
    escaped = quote(lot, safe="!'()*+,:;=").replace("%2F", "%2f")
    assert identify(f"{stem}/01/{gtin}/10/{escaped}?17=261231").uri == of_lot(gtin, lot).uri


@given(st.integers(6, 12), gtins, cset82)
def test_urn_and_link_name_the_same_lot_whatever_the_prefix(length: int, gtin: str, lot: str) -> None:
    body = gtin[1:13]
    urn = f"urn:epc:class:lgtin:{body[:length]}.{gtin[0]}{body[length:]}.{quote(lot, safe='')}"
    assert identify(urn) == of_lot(gtin, lot)


@given(st.text(max_size=60))
def test_any_text_is_an_object_or_no_uri(text: str) -> None:
    for candidate in (text, "urn:epc:" + text, "urn:epc:id:sgtin:" + text, "https://a/01/" + text):
        try:
            found = identify(candidate)
        except NotAnIdentifier:
            continue
        assert found.level in LEVELS
        assert identify(found.uri).uri == found.uri


def test_a_class_is_known_of_lots_and_items() -> None:
    assert identify(LOT).class_uri == "https://id.gs1.org/01/04012345123456"
    gdst = identify("urn:gdst:example.org:product:lot:class:processor.2u.v1")
    assert gdst.class_uri == "urn:gdst:example.org:product:class:processor.2u"
    assert identify(gdst.class_uri).level == "class"
    assert identify("urn:epc:id:sscc:4012345.3111111111").class_uri is None


@pytest.mark.parametrize(
    "text",
    [
        LOT,
        "urn:epc:class:lgtin:4012345.012345.Lot987",
        "4012345123456/Lot987",
        "04012345123456/Lot987",
        " http://shop.example/gtin/4012345123456/lot/Lot987 ",
        "0x" + lot_id(LOT).hex(),
        "0X" + lot_id(LOT).hex().upper(),
    ],
)
def test_a_person_names_a_lot_in_any_form(text: str) -> None:
    assert lot_id_of_argument(text) == lot_id(LOT)


def test_a_lot_with_a_slash_is_named_after_the_first_slash() -> None:
    found = from_argument("4012345123456/A/B")
    assert isinstance(found, TraceObject)
    assert found.lot == "A/B"


@pytest.mark.parametrize(
    "text", ["", "Lot987", "0x12", "4012345123457/Lot987", "401/L", "4012345123456/", "401"]
)
def test_what_names_no_lot_is_refused(text: str) -> None:
    with pytest.raises(NotAnIdentifier):
        from_argument(text)


def test_pages_stand_where_the_link_says() -> None:
    assert page_path(identify(LOT)) == "/01/04012345123456/10/Lot987"
    assert page_path(identify("urn:gdst:a:product:lot:class:b.c.d/e")) == (
        "/lot/urn%3Agdst%3Aa%3Aproduct%3Alot%3Aclass%3Ab.c.d%2Fe"
    )


@pytest.mark.parametrize("text", ["urn:x:\ud800", "urn:x:a\x85b", "urn:x:\x00"], ids=ascii)
def test_what_has_no_utf_8_or_hides_a_control_character_is_refused(text: str) -> None:
    with pytest.raises(NotAnIdentifier):
        identify(text)


@pytest.mark.parametrize(
    "lot", ["L1", "L1.-_", "A" * 20, "A" * 21, ".", "..", "-1", "L%2F1", "L/21/S", "L?x=1"]
)
@pytest.mark.parametrize("gtin", ["09520718000013", "09520718000014", "9520718000013"])
def test_a_plain_lot_is_read_as_any_other_link_is(monkeypatch, gtin, lot):
    uri = f"https://id.gs1.org/01/{gtin}/10/{lot}"
    identify.cache_clear()
    quick = identify(uri)
    monkeypatch.setattr("suyuan.kernel.identity._PLAIN_LOT", re.compile("(?!)"))
    identify.cache_clear()
    assert identify(uri) == quick


@pytest.mark.parametrize("lot", ["L1", "a/b", "100%", "x" * 20])
def test_a_lots_uri_is_that_of_its_link(lot: str) -> None:
    expected = digital_link.build([("01", "09520718000013"), ("10", lot)]).uri
    assert digital_link.lot_uri("09520718000013", lot) == expected


@pytest.mark.parametrize(
    ("gtin", "lot"), [("09520718000014", "L1"), ("09520718000013", "批"), ("9520718000013", "L1")]
)
def test_a_lot_that_cannot_be_has_no_uri(gtin: str, lot: str) -> None:
    for _ in range(2):
        with pytest.raises(BadDigitalLink):
            digital_link.lot_uri(gtin, lot)
