from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.config import SettingsWrong, load
from suyuan.config.secret import WELL_KNOWN, parse_key

KEY = "11" * 32
GIVEN = {"master_key": KEY, "relayer_key": "22" * 32, "receipt_key": "33" * 32}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.startswith("SUYUAN_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_everything_is_embedded_under_var(tmp_path):
    settings = load()
    assert settings.data_dir == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/suyuan.db"
    assert settings.public_url == "http://127.0.0.1:8080"
    assert (settings.chain_url, settings.finality) == ("embedded", "saved")
    assert settings.deployments_dir == tmp_path / "var" / "deployments"
    assert settings.makes_own_keys


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("SUYUAN_PORT=1001\nSUYUAN_HOST=0.0.0.0\nOTHER=1\n")
    assert load().port == 1001
    monkeypatch.setenv("SUYUAN_PORT", "1002")
    assert load().port == 1002
    assert load(port=1003).public_url == "http://127.0.0.1:1003"


def test_every_fault_is_listed_at_once():
    with pytest.raises(SettingsWrong) as caught:
        load(
            port=0, database_url="mysql://x", chain_url="https://node.example", finality="soon",
            public_url="trace.example", relayer_key="00" * 32, receipt_key="abc", max_events=0,
        )  # fmt: skip
    named = [fault.split()[0] for fault in caught.value.faults]
    assert named == [
        "SUYUAN_PORT",
        "SUYUAN_PUBLIC_URL",
        "SUYUAN_DATABASE_URL",
        "SUYUAN_FINALITY",
        "SUYUAN_MASTER_KEY_FILE",
        "SUYUAN_RELAYER_KEY",
        "SUYUAN_RECEIPT_KEY",
        "SUYUAN_MAX_EVENTS",
    ]


def test_secrets_have_no_default_outside_a_local_chain():
    with pytest.raises(SettingsWrong) as caught:
        load(chain_url="https://node.example")
    assert len(caught.value.faults) == 3
    assert all("must be given" in fault for fault in caught.value.faults)
    assert load(chain_url="https://node.example", **GIVEN).finality == "depth:12"


@pytest.mark.parametrize("url", ["embedded", "tester", "http://n:8545", "https://n", "ws://n", "wss://n/x"])
def test_chains_that_can_be_named(url):
    assert load(chain_url=url, **GIVEN).chain_url == url


@pytest.mark.parametrize("url", ["", "anvil", "ftp://n", "http://", "n:8545"])
def test_chains_that_cannot(url):
    with pytest.raises(SettingsWrong, match="SUYUAN_CHAIN_URL"):
        load(chain_url=url, **GIVEN)


@pytest.mark.parametrize("finality", ["depth:1", "depth:12", "tag:finalized", "tag:safe"])
def test_finality_is_the_operators_choice(finality):
    assert load(chain_url="https://node.example", finality=finality, **GIVEN).finality == finality


@pytest.mark.parametrize("finality", ["depth:0", "depth:", "depth:100000", "tag:latest", "saved:0", "soon"])
def test_what_is_no_finality_is_refused_at_once(finality):
    with pytest.raises(SettingsWrong, match="SUYUAN_FINALITY is none of depth:N"):
        load(finality=finality)


@pytest.mark.parametrize("finality", ["saved", "saved:3"])
def test_our_own_node_may_count_saved_blocks(finality):
    assert load(finality=finality).finality == finality


@pytest.mark.parametrize("finality", ["saved", "saved:3"])
def test_only_our_own_node_can_be_final_when_saved(finality):
    with pytest.raises(SettingsWrong, match="only for the embedded chain"):
        load(chain_url="https://node.example", finality=finality, **GIVEN)


def test_a_key_that_everybody_knows_pays_on_no_foreign_chain():
    known = min(WELL_KNOWN).hex()
    assert load(chain_url="http://127.0.0.1:8545", **{**GIVEN, "relayer_key": known})
    with pytest.raises(SettingsWrong, match="SUYUAN_RELAYER_KEY is a key from public documentation"):
        load(chain_url="https://node.example", **{**GIVEN, "relayer_key": known})


def test_a_key_is_given_by_value_or_by_file_but_not_both(tmp_path):
    path = tmp_path / "master"
    path.write_text(KEY + "\n")
    without = {name: value for name, value in GIVEN.items() if name != "master_key"}
    assert load(chain_url="https://node.example", master_key_file=path, **without)
    with pytest.raises(SettingsWrong, match="give one of them"):
        load(chain_url="https://node.example", master_key_file=path, **GIVEN)


@pytest.mark.parametrize("content", [None, b"", b"11", b"\xff" * 64, b"zz" * 32])
def test_a_key_file_without_a_key_is_named(tmp_path, content):
    path = tmp_path / "master"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsWrong, match="SUYUAN_MASTER_KEY_FILE names the file"):
        load(master_key_file=path)


def test_no_fault_tells_a_secret():
    with pytest.raises(SettingsWrong) as caught:
        load(master_key="secret-and-wrong", relayer_key="zz" * 32)
    assert "secret-and-wrong" not in str(caught.value)
    assert "zz" not in str(caught.value)
    assert KEY not in repr(load(**GIVEN))


def test_a_mistyped_setting_is_not_passed_over(monkeypatch):
    monkeypatch.setenv("SUYUAN_DATABASE_ULR", "sqlite:///x")
    with pytest.raises(SettingsWrong, match="SUYUAN_DATABASE_ULR is not a setting; SUYUAN_DATABASE_URL is"):
        load()


def test_a_mistyped_setting_in_the_file_is_not_passed_over_either(tmp_path):
    (tmp_path / ".env").write_text("SUYUAN_PROT=1\n")
    with pytest.raises(SettingsWrong, match="SUYUAN_PROT is not a setting; SUYUAN_PORT is"):
        load()


def test_the_command_lines_own_names_are_let_through(monkeypatch):
    monkeypatch.setenv("SUYUAN_TOKEN", "x")
    assert load()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("postgresql://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:///x.db", "sqlite:///x.db"),
    ],
)
def test_databases_that_can_be_named(given, read):
    assert load(database_url=given).database_url == read


def test_the_public_address_of_an_ipv6_host_is_written_in_brackets():
    assert load(host="::").public_url == "http://[::1]:8080"


def test_a_key_may_carry_0x():
    assert parse_key("0x" + KEY) == parse_key(f" {KEY}\n") == bytes.fromhex(KEY)


@given(st.text(min_size=4, max_size=63))
def test_whatever_is_no_key_is_refused_without_being_repeated(text):
    with pytest.raises(ValueError, match="64 hexadecimal digits") as caught:
        parse_key("no key: " + text)
    assert "no key" not in str(caught.value)


def test_paths_are_absolute(tmp_path):
    assert load(data_dir=Path("here")).data_dir == tmp_path / "here"
