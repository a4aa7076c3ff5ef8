"""Every Digital Link vector of the GS1 syntax engine, and the CBV normaliser's pairs of URIs.

A deviation is listed with its reason; one that has gone away fails the test.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from suyuan.kernel import digital_link
from suyuan.kernel.digital_link import QUALIFIERS, BadDigitalLink, DigitalLink
from suyuan.kernel.identity import NotAnIdentifier, identify

ENGINE = "digital-link/syntax-engine/dl-uri-vectors.json"

PARSE_DEVIATIONS = {
    "https://example.com/01/09520123456788?99=XYZ&89=ABC123 with UNKNOWN_AI_NOT_DL_ATTR off": (
        "unknown AIs are always refused: there is no switch that lets them in"
    ),
}
NORMALISER_DEVIATIONS = {
    "http://example.de/gtin-8/01/97803111": "the GTIN's check digit is wrong; the normaliser does not look",
    "http://example.de/01/040123451234/cpv/344/lot/ABD": "same",
}


def _flags(case: dict[str, Any]) -> dict[str, bool]:
    flags: dict[str, bool] = case.get("flags", {})
    return flags


def _named(case: dict[str, Any]) -> str:
    off = [name.split(":")[1] for name in _flags(case) if name.startswith("validation:")]
    return case["uri"] + (f" with {off[0]} off" if off else "")


def _parse(uri: str, *, lenient: bool) -> DigitalLink | None:
    try:
        return digital_link.parse(uri, lenient=lenient)
    except BadDigitalLink:
        return None


def _element_string(link: DigitalLink) -> str:
    """The pairs without the engine's separators, which only its own printing needs."""
    return "".join(ai + value for ai, value in (*link.path, *link.attributes))


def test_uris_are_parsed_and_refused_as_the_engine_does(real: Any) -> None:
    cases = real(ENGINE)["parse"]
    assert len(cases) == 118
    wrong = set()
    for case in cases:
        lenient = any(
            _flags(case).get(flag) for flag in ("permitConvenienceAlphas", "permitZeroSuppressedGTIN")
        )
        link = _parse(case["uri"], lenient=lenient)
        agrees = (link is not None) == case["valid"]
        if link is not None and case["valid"]:
            agrees = _element_string(link) == case["unbracketed_ai"].replace("^", "")
        if not agrees:
            wrong.add(_named(case))
    assert wrong == set(PARSE_DEVIATIONS)


def _brackets(text: str) -> list[tuple[str, str]]:
    pairs = re.findall(r"\((\d+)\)((?:\\\(|[^(])*)", text)
    return [(ai, value.replace("\\(", "(")) for ai, value in pairs]


def test_uris_that_the_engine_writes_are_read_back_and_written_alike(real: Any) -> None:
    cases = real(ENGINE)["generate"]
    assert len(cases) == 22
    for case in (case for case in cases if case["valid"] and not _flags(case)):
        link = digital_link.parse(case["uri"])
        assert {*link.path, *link.attributes} == set(_brackets(case["bracketed_ai"]))
        own_stem = (case["stem"] or digital_link.CANONICAL_STEM).removesuffix("/")
        assert link.full_uri.replace(digital_link.CANONICAL_STEM, own_stem) == case["uri"].split("?")[0]


def _laid_out(pairs: list[tuple[str, str]]) -> str:
    """The key, then what only a path can carry, then the rest as attributes."""
    key = [pair for pair in pairs if pair[0] in QUALIFIERS][:1]
    path = key + [pair for ai in ("22", "10", "21", "235") for pair in pairs if pair[0] == ai]
    rest = [pair for pair in pairs if pair not in path]
    uri = "https://example.com" + "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in path)
    return uri + "?" + "&".join(f"{ai}={quote(value, safe='')}" for ai, value in rest)


def test_what_the_engine_will_not_write_is_not_read(real: Any) -> None:
    refused = [case for case in real(ENGINE)["generate"] if not case["valid"]]
    assert refused
    for case in refused:
        assert _parse(_laid_out(_brackets(case["bracketed_ai"])), lenient=False) is None, case


def test_every_legal_path_is_legal_here_and_no_other_order_is(real: Any) -> None:
    sequences = {tuple(sequence) for sequence in real(ENGINE)["valid_path_sequences"]}
    assert len(real(ENGINE)["valid_path_sequences"]) == 39
    ours = set()
    for key, orders in QUALIFIERS.items():
        for order in orders:
            for chosen in range(1 << len(order)):
                ours.add((key, *(ai for bit, ai in enumerate(order) if chosen >> bit & 1)))
    # The dictionary of 2026-01-27 also makes (415) with (8020) a key; the engine's list is older.
    assert ours - sequences == {("415",), ("415", "8020")}
    assert sequences <= ours


def test_values_are_escaped_as_the_engine_does(real: Any) -> None:
    vectors = real(ENGINE)
    for case in vectors["uri_escape"]:
        assert quote(case["in"], safe="") == case["as_path"]
    for case in vectors["uri_unescape"]:
        assert digital_link._unescape(case["in"], plus=False) == case["as_path"]
        assert digital_link._unescape(case["in"], plus=True) == case["as_query"]
        assert unquote_to_bytes(case["in"]).decode("latin-1") == case["as_path"]


def test_uris_of_every_kind_are_normalised_as_the_event_hash_does(real: Any) -> None:
    vectors = real("epcis-hash/dl-normaliser-vectors.json")["vectors"]
    assert len(vectors) == 70
    wrong = set()
    for case in vectors:
        try:
            found = identify(case["in"])
        except NotAnIdentifier:
            canonical = None
        else:
            canonical = found.uri if found.scheme == "gs1" else None
        if canonical != case["out"]:
            wrong.add(case["in"])
    assert wrong == set(NORMALISER_DEVIATIONS)


CHAINS = ("chains/epcisdocument-example01.jsonld", "chains/gdst_data_withmasterdata.jsonld")
#: Real slips in the two chains that are kept as opaque URIs.
MALFORMED_IN_CHAINS = {"urn:epc:id:sscc:08600031303.0004"}


def test_every_object_of_the_real_chains_is_identified(real_path: Any) -> None:
    malformed, levels = set(), set()
    for name in CHAINS:
        text = real_path(name).read_text("utf-8")
        for uri in re.findall(r'"(urn:(?:epc|gdst):[^"]+)"', text):
            found = identify(uri)
            levels.add(found.level)
            if not found.wellformed:
                malformed.add(uri)
    assert {"lot", "class", "container", "location", "party"} <= levels
    assert malformed == MALFORMED_IN_CHAINS
