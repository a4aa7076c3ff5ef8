"""Inputs of canonical.json, merkle.json and disclosure.json; expected values are added by `make.py`."""

# ruff: noqa: E501 - tables read best in rows

from __future__ import annotations

import struct
from typing import Any

Case = dict[str, Any]

# RFC 8785, appendix B: IEEE 754 bit patterns of its number samples.
_APPENDIX_B = """
0000000000000000 8000000000000000 0000000000000001 8000000000000001 7fefffffffffffff ffefffffffffffff
4430000000000000 44b52d02c7e14af5 44b52d02c7e14af6 44b52d02c7e14af7 444b1ae4d6e2ef4e 444b1ae4d6e2ef4f
444b1ae4d6e2ef50 3eb0c6f7a0b5ed8c 3eb0c6f7a0b5ed8d 41b3de4355555553 41b3de4355555554 41b3de4355555555
41b3de4355555556 41b3de4355555557 becbf647612f3696 43143ff3c1cb0959
"""
_LARGEST = 2**53 - 1


def _number(bits: str) -> float:
    return struct.unpack(">d", bytes.fromhex(bits))[0]


_NUMBERS = [(bits, _number(bits)) for bits in _APPENDIX_B.split()]

CANONICAL: list[Case] = [
    {"name": f"RFC 8785 appendix B, {bits}", "input": repr(number)}
    for bits, number in _NUMBERS
    if abs(number) <= _LARGEST
]
CANONICAL += [
    {
        "name": "RFC 8785, 3.2.2",
        "input": r'{"numbers":[4.50,2e-3,1E-27,0.000001],"string":"\u20ac$\u000F\u000aA'
        r"'\u0042\u0022\u005c\\\"\/\""
        '","literals":[null,true,false]}',
    },
    {
        "name": "RFC 8785, 3.2.3: names sorted by UTF-16 units",
        "input": r'{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",'
        r'"1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":'
        r'"Latin Small Letter O With Diaeresis"}',
    },
    {"name": "sample structures", "input": '{"1":{"f":{"f":"hi","F":5},"\\n":56.0},"10":{},"":"empty","a":{},'
     '"111":[{"e":"yes","E":"no"}],"A":{}}'},
    {"name": "sample french", "input": '{"peach":"This sorting order","péché":"is wrong according to French",'
     '"pêche":"but canonicalization MUST","sin":"ignore locale"}'},
    {"name": "sample unicode, not normalised", "input": r'{"Unnormalized Unicode":"A\u030a"}'},
    {"name": "sample weird", "input": r'{"\u20ac":"Euro","\r":"CR","\u000a":"Newline","1":"One",'
     r'"\u0080":"Control\u007f","\ud83d\ude02":"Smiley","\u00f6":"o","\ufb33":"Dalet",'
     r'"</script>":"Browser Challenge"}'},
    {"name": "every control character", "input": '"' + "".join(f"\\u{c:04x}" for c in range(32)) + '\\u007f"'},
    {"name": "byte order mark", "input": '{"a":1}', "bytes": "0xefbbbf7b2261223a317d"},
    {"name": "blanks and order", "input": ' { "b" : [ 1 , 2 ] ,\n\t"a" : { } } '},
    {"name": "whole floats", "input": "[26.0,1e2,-0.0,-0,1.0E+1,9007199254740991.0]"},
    {"name": "largest integers", "input": f"[{_LARGEST},-{_LARGEST}]"},
    {"name": "fractions", "input": "[0.00001,0.000001,1e-7,4.2,-18.5,1234567.125,123456789012345.6]"},
    {"name": "astral name before U+FB33", "input": '{"\ufb33":1,"\U0001f600":2,"z":[1.5,{"\U0001f600":1}]}'},
    {"name": "Chinese", "input": '{"名称":"白菜","批次":"2026-11-23","重量":12.50,"单位":"KGM"}'},
    {"name": "escaped quotes and backslashes", "input": r'{"a\"b":"c\\","\\\"":"\\\\\""}'},
    {"name": "64 levels", "input": "[" * 64 + "]" * 64},
    {"name": "an event", "input": '{"type":"ObjectEvent","eventTime":"2026-11-01T08:00:00.000+08:00",'
     '"eventTimeZoneOffset":"+08:00","action":"ADD","bizStep":"commissioning","quantityList":[{"epcClass":'
     '"urn:epc:class:lgtin:4012345.012345.Lot987","quantity":200.0,"uom":"KGM"}],"eventID":'
     '"urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8"}'},
]  # fmt: skip

_TEXTS: list[tuple[str, str, str]] = [
    ("empty", "", "json.syntax"),
    ("only blanks", "  ", "json.syntax"),
    ("trailing comma", "[1,]", "json.syntax"),
    ("comment", "[1 /* one */]", "json.syntax"),
    ("single quotes", "{'a':1}", "json.syntax"),
    ("two values", "{} {}", "json.syntax"),
    ("leading zero", "[01]", "json.syntax"),
    ("plus sign", "[+1]", "json.syntax"),
    ("raw control character", '["a\tb"]', "json.syntax"),
    ("unclosed", '{"a":[1', "json.syntax"),
    ("name twice", '{"a":1,"b":{"c":1,"c":2}}', "json.duplicate"),
    ("name twice, once escaped", r'{"a":1,"\u0061":2}', "json.duplicate"),
    ("name twice behind escapes", r'{"\\\"":"\\","\\\"":"x"}', "json.duplicate"),
    ("65 levels", "[" * 65 + "]" * 65, "json.depth"),
    ("1,000 levels", "[" * 1_000 + "]" * 1_000, "json.depth"),
    ("1,000 levels never closed", '{"a":' * 1_000, "json.depth"),
    ("NaN", "[NaN]", "json.number"),
    ("Infinity", "[-Infinity]", "json.number"),
    ("overflow", "[1e400]", "json.number"),
    ("2^53", "[9007199254740992]", "json.number"),
    ("-2^53 as a float", "[-9007199254740992.0]", "json.number"),
    ("1e21", "[1e21]", "json.number"),
    ("many digits", "[" + "9" * 5000 + "]", "json.number"),
    ("lone high surrogate", r'["\ud800"]', "json.surrogate"),
    ("lone low surrogate", r'["\udc00"]', "json.surrogate"),
]
_BYTES = [
    ("not UTF-8", '["\xff"]'.encode("latin-1"), "json.encoding"),
    ("surrogate in UTF-8", b'["\xed\xa0\x80"]', "json.encoding"),
    ("overlong UTF-8", b'["\xc0\xaf"]', "json.encoding"),
    ("UTF-16", '{"a":1}'.encode("utf-16-le"), "json.syntax"),
]
NOT_CANONICAL: list[Case] = [{"name": name, "input": text, "code": code} for name, text, code in _TEXTS]
NOT_CANONICAL += [
    {"name": f"RFC 8785 appendix B, {bits}: beyond 2^53-1", "input": repr(number), "code": "json.number"}
    for bits, number in _NUMBERS
    if abs(number) > _LARGEST
]
NOT_CANONICAL += [{"name": name, "bytes": "0x" + raw.hex(), "code": code} for name, raw, code in _BYTES]

_EVENT = {
    "type": "ObjectEvent",
    "eventID": "urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8",
    "eventTime": "2026-11-01T08:00:00.000+08:00",
    "eventTimeZoneOffset": "+08:00",
    "action": "ADD",
    "quantityList": [
        {"epcClass": "urn:epc:class:lgtin:4012345.012345.L1", "quantity": 12.5, "ex:price": "3.20"}
    ],
    "ilmd": {"ex:farmer": "王小明", "ex:field": {"lat": 36.5, "lon": 117.25}, "ex:a/b~c": [1, 2]},
}
_SALTS = [f"0x{n:032x}" for n in range(1, 10)]
CONCEAL: list[Case] = [
    {"name": "nothing", "event": _EVENT, "pointers": [], "salts": []},
    {
        "name": "two members of one object, one in a list",
        "event": {**_EVENT, "suyuan:confidential": ["/ilmd/ex:farmer", "/ilmd/ex:field"]},
        "pointers": ["/ilmd/ex:farmer", "/ilmd/ex:field", "/quantityList/0/ex:price"],
        "salts": _SALTS[:3],
    },
    {"name": "escaped pointer", "event": _EVENT, "pointers": ["/ilmd/ex:a~1b~0c"], "salts": _SALTS[3:4]},
    {"name": "a whole top-level member", "event": _EVENT, "pointers": ["/ilmd"], "salts": _SALTS[4:5]},
]
# RFC 9901 (SD-JWT), 4.2.1 and 4.2.3: its worked disclosure and digest.
SD_JWT_SAMPLE = {
    "salt": "_26bc4LT-ac6q2KI6cBW5es",
    "name": "family_name",
    "value": "Möbius",
    "encoded": "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0",
    "digest": "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0",
}
NOT_CONCEALED: list[Case] = [
    {"name": "always public", "event": _EVENT, "pointers": ["/eventTime"], "code": "disclosure.always_public"},
    {"name": "no such member", "event": _EVENT, "pointers": ["/ilmd/ex:gone"], "code": "disclosure.no_member"},
    {"name": "an element of a list", "event": _EVENT, "pointers": ["/quantityList/0"],
     "code": "disclosure.no_member"},
    {"name": "the whole event", "event": _EVENT, "pointers": [""], "code": "disclosure.no_member"},
    {"name": "no slash", "event": _EVENT, "pointers": ["ilmd"], "code": "disclosure.no_member"},
    {"name": "one inside the other", "event": _EVENT, "pointers": ["/ilmd", "/ilmd/ex:farmer"],
     "code": "disclosure.overlap"},
    {"name": "already has _sd", "event": {**_EVENT, "ilmd": {"_sd": []}}, "pointers": [],
     "code": "disclosure.reserved"},
]  # fmt: skip


def _flip(text: str) -> str:
    return f"0x{int(text, 16) ^ 1:064x}"


def forged_proofs(valid: list[Case]) -> list[Case]:
    """Proofs that must not verify, made from true ones of the tree of seven leaves."""
    tree = valid[6]
    proof = tree["proofs"][3]
    true = {"leaf": tree["leaves"][3], "index": 3, "size": 7, "path": proof["path"], "root": tree["root"]}
    path = proof["path"]
    changes: list[tuple[str, Case]] = [
        ("another leaf", {"leaf": tree["leaves"][2]}),
        ("another index", {"index": 2}),
        ("index beyond the tree", {"index": 7}),
        ("another size", {"size": 12}),
        ("size zero", {"size": 0}),
        ("another root", {"root": _flip(tree["root"])}),
        ("path too short", {"path": path[:-1]}),
        ("path too long", {"path": [*path, path[-1]]}),
        ("path turned round", {"path": path[::-1]}),
        ("empty path", {"path": []}),
        ("one bit of the path", {"path": [path[0], _flip(path[1]), *path[2:]]}),
    ]
    return [{"why": why, **true, **change} for why, change in changes]
