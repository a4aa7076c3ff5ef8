"""Whatever is changed in a bundle, it does not check out."""

from __future__ import annotations

import copy

import pytest

from suyuan.kernel.canonical import canonical_json, parse_json
from suyuan.kernel.errors import SuyuanError
from suyuan.verify import Outcome, verify_bundle


def failed(report):
    return [(check.name, check.subject) for check in report.having(Outcome.FAIL)]


@pytest.mark.parametrize("change", [1, 4, 0x20])
def test_one_changed_byte_anywhere_does_not_check_out(story, change):
    data = story.data
    silent = []
    for place, byte in enumerate(data):
        tampered = data[:place] + bytes([byte ^ change]) + data[place + 1 :]
        if verify_bundle(tampered, story.trust, story.chain).exit_code == 1:
            continue
        silent.append((place, tampered))
    # A byte may only pass when the bundle still says the same: another spelling of one value.
    for place, tampered in silent:
        assert _same_meaning(data, tampered), f"byte {place}: {tampered[max(0, place - 30) : place + 30]!r}"
    assert len(silent) < len(data) // 100


def _same_meaning(one, other):
    try:
        return canonical_json(parse_json(other)) == canonical_json(parse_json(one))
    except SuyuanError:
        return False


@pytest.mark.parametrize(
    "pointer", ["", "lot", "chain", "status", "asOf", "entries/1", "parties/0", "anchors/0"]
)
def test_every_member_is_needed_and_no_other_is_taken(story, pointer):
    for member in list(_at(story.bundle, pointer)):
        bundle = copy.deepcopy(story.bundle)
        del _at(bundle, pointer)[member]
        assert verify_bundle(canonical_json(bundle), story.trust, story.chain).exit_code == 1, (
            f"{pointer}/{member} is missing"
        )
    bundle = copy.deepcopy(story.bundle)
    _at(bundle, pointer)["more"] = 1
    assert failed(verify_bundle(canonical_json(bundle), story.trust, story.chain)) == [("format", "")]


def _at(value, pointer):
    for step in filter(None, pointer.split("/")):
        value = value[int(step)] if step.isdigit() else value[step]
    return value


def test_a_name_given_twice_fails(story):
    data = story.data.replace(b'"format":', b'"format":"suyuan-bundle/1","format":')
    assert failed(verify_bundle(data, story.trust, story.chain)) == [("format", "")]
