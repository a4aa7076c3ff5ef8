"""Inputs of digital_link.json, identity.json and check_digits.json.

GS1 forms are computed by the CBV hash generator's normaliser; the rest is written out by hand: URIs of other
schemes stay as they are, with scheme and namespace in lower case.
"""

# ruff: noqa: E501 - tables read best in rows

from __future__ import annotations

from typing import Any

from epcis_event_hash_generator.dl_normaliser import normaliser
from stdnum import ean

Case = dict[str, Any]
_G = "https://id.gs1.org"

#: URI, level, GTIN, lot, serial
_BY_NORMALISER: list[tuple[str, str, str | None, str | None, str | None]] = [
    ("urn:epc:id:sgtin:4012345.011111.987", "item", "04012345111118", None, "987"),
    ("urn:epc:id:sgtin:4012345.011111.98%22", "item", "04012345111118", None, '98"'),
    ("urn:epc:id:sgtin:0614141.812345.6789", "item", "80614141123458", None, "6789"),
    ("urn:epc:class:lgtin:4012345.012345.Lot987", "lot", "04012345123456", "Lot987", None),
    ("urn:epc:class:lgtin:4012345.012345.A%2FB", "lot", "04012345123456", "A/B", None),
    ("urn:epc:idpat:sgtin:4012345.012345.*", "class", "04012345123456", None, None),
    ("urn:epc:id:sscc:4012345.3111111111", "container", None, None, None),
    ("urn:epc:id:sgln:4012345.00005.122", "location", None, None, None),
    ("urn:epc:id:sgln:4012345.00005.0", "location", None, None, None),
    ("urn:epc:id:pgln:4000001.00000", "party", None, None, None),
    ("urn:epc:id:grai:4012345.00022.334455", "asset", None, None, None),
    ("urn:epc:id:giai:4012345.ABC345", "asset", None, None, None),
    ("urn:epc:id:gdti:4012345.00009.PO-4711", "document", None, None, None),
    ("urn:epc:id:gsrn:4012345.0000006765", "other", None, None, None),
    ("urn:epc:id:gsrnp:4012345.0000000007", "other", None, None, None),
    ("urn:epc:id:ginc:0614141.xyz47%2F11", "other", None, None, None),
    ("urn:epc:id:gsin:4012345.222333444", "other", None, None, None),
    ("urn:epc:id:cpi:0614141.11111111111111-A%23%2F.1234", "item", None, None, "1234"),
    ("urn:epc:id:itip:4012345.011111.01.02.987", "item", "04012345111118", None, "987"),
    ("urn:epc:id:upui:1234567.098765.51qIgY", "item", "01234567987651", None, "51qIgY"),
    ("https://example.com/01/09506000134352/10/ABC?17=261231", "lot", "09506000134352", "ABC", None),
    ("https://id.gs1.org/01/9506000134352/10/ABC/21/S1", "item", "09506000134352", "ABC", "S1"),
    ("http://example.org/gtin/9506000134352/lot/ABC", "lot", "09506000134352", "ABC", None),
    ("https://id.gs1.org/00/340123453111111115", "container", None, None, None),
]
#: URI, canonical, level, well formed, GTIN, lot
_BY_HAND: list[tuple[str, str, str, bool]] = [
    ("URN:EPC:id:sscc:4012345.3111111111", f"{_G}/00/340123451111111111", "container", True),
    # Real data: 11 + 4 digits, where an SSCC needs 17.
    ("urn:epc:id:sscc:08600031303.0004", "urn:epc:id:sscc:08600031303.0004", "container", False),
    ("urn:epc:id:sgtin:4012345.0111.1", "urn:epc:id:sgtin:4012345.0111.1", "item", False),
    ("urn:epc:id:sgtin:4012345.011111.123456789012345678901",
     "urn:epc:id:sgtin:4012345.011111.123456789012345678901", "item", False),
    ("urn:epc:idpat:sgtin:4012345.*.*", "urn:epc:idpat:sgtin:4012345.*.*", "class", False),
    ("urn:epc:id:bic:CSQU3054383", "urn:epc:id:bic:CSQU3054383", "container", True),
    ("urn:epc:id:imovn:9176187", "urn:epc:id:imovn:9176187", "asset", True),
    ("URN:GDST:example.org:product:lot:class:processor.2u.v1-0122-2022",
     "urn:gdst:example.org:product:lot:class:processor.2u.v1-0122-2022", "lot", True),
    ("urn:gdst:example.org:product:lot:class:processor1..7",
     "urn:gdst:example.org:product:lot:class:processor1..7", "lot", True),
    ("urn:gdst:example.org:product:class:processor.2u", "urn:gdst:example.org:product:class:processor.2u", "class",
     True),
    ("urn:gdst:example.org:location:loc:hatchery.1u", "urn:gdst:example.org:location:loc:hatchery.1u", "location",
     True),
    ("urn:gdst:example.org:party:hatchery.0u", "urn:gdst:example.org:party:hatchery.0u", "party", True),
    ("urn:gdst:example.org:product:lot:class:onlyowner", "urn:gdst:example.org:product:lot:class:onlyowner", "lot",
     False),
    ("URN:UUID:404D95FC-9457-4a51-bd6a-0bba133845a8", "urn:uuid:404D95FC-9457-4a51-bd6a-0bba133845a8", "other",
     True),
    ("urn:jaif:id:obj:37SUN321456A111222AB+123456789", "urn:jaif:id:obj:37SUN321456A111222AB+123456789", "other",
     True),
    ("HTTPS://Example.COM/Lots/A?b=C", "https://example.com/Lots/A?b=C", "other", True),
    ("https://id.gs1.org/01/09506000134353/10/ABC", "https://id.gs1.org/01/09506000134353/10/ABC", "other", False),
    ("https://id.gs1.org/8013/1987654Ad4X4bL5ttr2310c2K", f"{_G}/8013/1987654Ad4X4bL5ttr2310c2K", "class", True),
    ("DID:web:farm.example", "did:web:farm.example", "other", True),
]  # fmt: skip


def identities() -> list[Case]:
    """Without lot ids, which `make.py` adds."""
    cases: list[Case] = []
    for uri, level, gtin, lot, serial in _BY_NORMALISER:
        canonical = normaliser(uri)
        if canonical is None:
            raise SystemExit(f"the normaliser does not know {uri}")
        case = {"uri": uri, "canonical": canonical, "level": level, "wellformed": True}
        cases.append({**case, "gtin": gtin, "lot": lot, "serial": serial})
    for uri, canonical, level, wellformed in _BY_HAND:
        cases.append({"uri": uri, "canonical": canonical, "level": level, "wellformed": wellformed})
    return cases


NOT_IDENTIFIERS: list[Case] = [
    {"uri": uri, "code": "identity.not_a_uri"}
    for uri in (
        "",
        "42",
        "Hello World!",
        "urn:",
        ":x",
        "urn:epc:id:sgtin:4012345 .1",
        "a\nb:c",
        "1a:b",
        "x" * 3000,
    )
]

#: Hand-checked: GS1 Digital Link Standard: URI Syntax. `ais` is path then attributes.
LINKS: list[Case] = [
    {"uri": uri, "canonical": canonical, "ais": ais}
    for uri, canonical, ais in [
        ("https://id.gs1.org/01/09506000134352", f"{_G}/01/09506000134352", [["01", "09506000134352"]]),
        ("HTTP://a.example:8080/x/y/01/09506000134352/22/2A/10/AB%2F1/21/s%2B1?17=261231&linkType=all#top",
         f"{_G}/01/09506000134352/21/s%2B1",
         [["01", "09506000134352"], ["22", "2A"], ["10", "AB/1"], ["21", "s+1"], ["17", "261231"]]),
        ("https://a/01/09506000134352/10/a+b", f"{_G}/01/09506000134352/10/a%2Bb",
         [["01", "09506000134352"], ["10", "a+b"]]),
        ("https://a/01/09506000134352/235/TP1", f"{_G}/01/09506000134352/235/TP1",
         [["01", "09506000134352"], ["235", "TP1"]]),
        ("https://a/00/01/00/340123453111111115?02=09506000134352&37=25&10=ABC", f"{_G}/00/340123453111111115",
         [["00", "340123453111111115"], ["02", "09506000134352"], ["37", "25"], ["10", "ABC"]]),
        ("https://a/414/9506000134352/254/32a%2fb", f"{_G}/414/9506000134352/254/32a%2Fb",
         [["414", "9506000134352"], ["254", "32a/b"]]),
        ("https://a/417/9506000134352", f"{_G}/417/9506000134352", [["417", "9506000134352"]]),
        ("https://a/01/09506000134352/10/00", f"{_G}/01/09506000134352/10/00",
         [["01", "09506000134352"], ["10", "00"]]),
        ("https://a/01/09506000134352?other=1&flag&&99=x", f"{_G}/01/09506000134352",
         [["01", "09506000134352"], ["99", "x"]]),
    ]
]  # fmt: skip
BROKEN_LINKS: list[Case] = [
    {"uri": uri, "code": f"digital_link.{code}", "lenient": lenient}
    for uri, code, lenient in [
        ("ftp://a/01/09506000134352", "uri", True),
        ("HtTp://a/01/09506000134352", "uri", True),
        ("https://a", "uri", True),
        ("https://a/01/09506000134352 ", "uri", True),
        ("https://a/01/٠9506000134352", "uri", True),
        ("https://a/about", "key", True),
        ("https://a/99/09506000134352", "key", True),
        ("https://a/gtin/09506000134352", "key", False),
        ("https://a/01/09506000134352/", "path", True),
        ("https://a/01/09506000134352/21/S/10/L", "path", True),
        ("https://a/01/09506000134352/10/L/235/T", "path", True),
        ("https://a/01/09506000134352/10/L/10/L", "path", True),
        ("https://a/01/09506000134353", "value", True),
        ("https://a/01/9506000134352", "value", False),
        ("https://a/01/95060001343", "value", True),
        ("https://a/01/09506000134352/10/", "path", True),
        ("https://a/01/09506000134352/10/123456789012345678901", "value", True),
        ("https://a/01/09506000134352/10/%E6%89%B9", "value", True),
        ("https://a/01/09506000134352/10/a%20b", "value", True),
        ("https://a/00/340123453111111114", "value", True),
        ("https://a/01/09506000134352?17=", "attribute", True),
        ("https://a/01/09506000134352?999=1", "attribute", True),
        ("https://a/01/09506000134352?10=ABC", "attribute", True),
        ("https://a/01/09506000134352?21=ABC", "attribute", True),
        ("https://a/01/09506000134352?99=a&99=a", "attribute", True),
    ]
]


def check_digits() -> dict[str, list[Case]]:
    """Numbers from the GS1 manuals and the real chains, check digits by python-stdnum."""
    bodies = [
        "0950600013435", "629104150021", "03600029145", "9638507", "34012345311111111", "401234500005",
        "0401234511111", "38425876095", "0", "9", "00000000000000000",
    ]  # fmt: skip
    valid = [{"body": body, "digit": int(ean.calc_check_digit(body))} for body in bodies]
    wrong = [
        {"number": body + str((int(ean.calc_check_digit(body)) + 1) % 10), "why": "check digit"}
        for body in bodies
    ]
    odd = [{"number": text, "why": why} for text, why in [("", "empty"), ("7", "no body"), ("12a4", "a letter"),
           ("٣٤٥٦", "digits of another script"), ("1 2", "a blank"), ("-12", "a sign")]]  # fmt: skip
    return {"valid": valid, "broken": [*wrong, *odd]}
