"""The signature against fixed vectors, and the receivers of the documentation against the signature."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.notices.model import TOPICS
from suyuan.webhooks import signature
from suyuan.webhooks.model import PING, Policy

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "webhooks.md").read_text("utf-8")
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

#: Made with `printf '%s.%s' T BODY | openssl dgst -sha256 -hmac SECRET`.
VECTORS = [
    (
        "whsec_test",
        b'{"a":1}',
        "c3c3b571744bf429896a622ec4af88c025a1519159f55b06c747e96e9dbf46d9",
    ),
    (
        "whsec_\u6eaf\u6e90",
        '{"\u6279\u6b21":"MQ"}'.encode(),
        "20946fb280259016dce3e80ff9c273b6261bfe8d6a878a2b95ae591c55814e6b",
    ),
]


def sample(language):
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]


def documented():
    space: dict = {}
    exec(compile(sample("python"), "webhooks.md", "exec"), space)  # noqa: S102 - our own page
    return space["is_good"]


CASES = {
    "good": ("whsec_a", lambda h: h, b"{}", 0, True),
    "late by five minutes": ("whsec_a", lambda h: h, b"{}", 300, True),
    "replayed": ("whsec_a", lambda h: h, b"{}", 301, False),
    "from the future": ("whsec_a", lambda h: h, b"{}", -301, False),
    "another body": ("whsec_a", lambda h: h, b"{ }", 0, False),
    "another secret": ("whsec_b", lambda h: h, b"{}", 0, False),
    "another time": (
        "whsec_a",
        lambda h: re.sub(r"t=\d+", f"t={int(AT.timestamp()) + 1}", h),
        b"{}",
        0,
        False,
    ),
    "no time": ("whsec_a", lambda h: re.sub(r"t=\d+,", "", h), b"{}", 0, False),
    "no signature": ("whsec_a", lambda h: h.partition(",")[0], b"{}", 0, False),
    "another version": ("whsec_a", lambda h: h.replace("v1=", "v0="), b"{}", 0, False),
    "a short signature": ("whsec_a", lambda h: h[:-2], b"{}", 0, False),
    "nothing": ("whsec_a", lambda h: "", b"{}", 0, False),
    "noise": ("whsec_a", lambda h: "t=x,v1=,=,v1,é", b"{}", 0, False),
    "beside another": ("whsec_a", lambda h: h.replace("v1=", "v1=" + "0" * 64 + ",v1="), b"{}", 0, True),
}


@pytest.mark.parametrize(("secret", "body", "digest"), VECTORS)
def test_a_signature_is_what_another_program_makes_of_it(secret, body, digest):
    assert signature.header([secret], AT, body) == f"t={int(AT.timestamp())},v1={digest}"


@pytest.mark.parametrize("case", CASES)
def test_our_receiver_and_the_one_on_the_page_agree(case):
    secret, change, body, late, good = CASES[case]
    header = change(signature.header(["whsec_a"], AT, b"{}"))
    now = AT + timedelta(seconds=late)
    assert signature.is_good(secret, header, body, now) is good
    assert documented()(secret, header, body, now.timestamp()) is good


def test_the_receiver_in_javascript_agrees(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    asked = []
    for secret, change, body, late, _ in CASES.values():
        header = change(signature.header(["whsec_a"], AT, b"{}"))
        asked.append([secret, header, body.decode(), AT.timestamp() + late])
    (tmp_path / "receiver.mjs").write_text(sample("js"), "utf-8")
    (tmp_path / "ask.mjs").write_text(
        'import { isGood } from "./receiver.mjs";\n'
        f"const asked = {json.dumps(asked)};\n"
        "console.log(JSON.stringify(asked.map(([s, h, b, n]) => isGood(s, h, Buffer.from(b), n))));\n",
        "utf-8",
    )
    done = subprocess.run([node, str(tmp_path / "ask.mjs")], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [good for *_, good in CASES.values()]


@given(
    st.binary(max_size=200),
    st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=3),
)
def test_each_secret_by_itself_takes_what_was_signed_with_all(body, secrets):
    header = signature.header(secrets, AT, body)
    assert all(signature.is_good(each, header, body, AT) for each in secrets)


def test_secrets_are_long_and_never_the_same():
    made = {signature.make_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"whsec_[A-Za-z0-9_-]{43}", each) for each in made)


def test_the_page_lists_every_topic_and_the_figures():
    for topic, says in TOPICS.items():
        assert f"| `{topic}` | {says} |" in PAGE
    assert f"| `{PING}` |" in PAGE
    policy = Policy()
    assert (policy.first, policy.longest, policy.give_up.days) == (10, 6 * 3600, 3)
    assert "10 s, 20 s, 40 s, … at most 6 hours" in PAGE
    assert (policy.break_longest, policy.attempt, policy.answer_bytes) == (900, 10, 2048)
    assert (policy.overlap.days, policy.kept.days, signature.WINDOW) == (2, 30, 300)
