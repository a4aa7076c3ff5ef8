from __future__ import annotations

import pytest

from suyuan.adapters.evm.errors import BadPolicy
from suyuan.adapters.evm.policy import Saved, SavedPoint, confirmations, parse_policy, saved_point
from suyuan.adapters.evm.rpc import RpcError
from suyuan.anchoring.ports import ChainUnavailable
from suyuan.config import SettingsWrong, load


class TenBlocks:
    """A node with blocks 0 to 9, whose tags are given."""

    where = "the node of ten blocks"

    def __init__(self, **tags: int | None) -> None:
        self.tags = tags

    def call(self, method, *params):
        if method == "eth_blockNumber":
            return "0x9"
        assert method == "eth_getBlockByNumber"
        if params[0] in self.tags:
            number = self.tags[params[0]]
        elif params[0].startswith("0x"):
            number = int(params[0], 16)
        else:
            raise RpcError(-39001, "Unknown block")
        if number is None or number > 9:
            return None
        return {"number": hex(number), "hash": "0x" + bytes([number] * 32).hex(), "timestamp": "0x1"}

    def batch(self, calls):
        return [self.call(method, *params) for method, params in calls]


@pytest.mark.parametrize(
    ("text", "final"), [("depth:1", 9), ("depth:3", 7), ("depth:10", 0), ("depth:12", -1)]
)
def test_depth_counts_the_block_itself(text, final):
    assert parse_policy(text).finalized(TenBlocks()) == final


@pytest.mark.parametrize(("tag", "final"), [("finalized", 4), ("safe", 6)])
def test_a_tag_is_what_the_node_says(tag, final):
    assert parse_policy(f"tag:{tag}").finalized(TenBlocks(finalized=4, safe=6)) == final


def test_nothing_is_final_while_the_tag_names_no_block():
    assert parse_policy("tag:finalized").finalized(TenBlocks(finalized=None)) == -1


def test_a_node_without_the_tag_is_never_replaced_by_a_guess():
    with pytest.raises(
        ChainUnavailable, match=r"does not know the block tag 'finalized'.*SUYUAN_FINALITY=depth:1"
    ):
        parse_policy("tag:finalized").finalized(TenBlocks())


def saved_at(number: int, byte: int, depth: int = 1) -> Saved:
    return Saved(lambda: SavedPoint(number, bytes([byte] * 32)), depth)


def test_saved_is_what_the_state_file_holds():
    assert saved_at(6, 6).finalized(TenBlocks()) == 6
    assert saved_at(9, 9).finalized(TenBlocks()) == 9
    assert saved_at(9, 9, depth=3).finalized(TenBlocks()) == 7


def test_saved_says_nothing_of_a_chain_that_has_another_block_there():
    assert saved_at(6, 7).finalized(TenBlocks()) == -1


def test_saved_says_nothing_of_a_chain_that_fell_back_behind_it():
    assert saved_at(12, 12).finalized(TenBlocks()) == -1


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"block": 3}', '{"block": "x", "hash": "0x00"}'])
def test_an_unreadable_saved_file_makes_nothing_final(tmp_path, content):
    if content is not None:
        (tmp_path / "saved.json").write_text(content)

    assert saved_point(tmp_path / "saved.json") is None
    assert parse_policy("saved", tmp_path / "saved.json").finalized(TenBlocks()) == -1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "depth",
        "depth:",
        "depth:0",
        "depth:-1",
        "tag:latest",
        "tag:",
        "soon",
        "saved:0",
        "depth:٣",
        "depth:01",
    ],
)
def test_what_is_no_policy_is_refused(text, tmp_path):
    with pytest.raises(BadPolicy, match=r"use one of depth:N, tag:finalized, tag:safe, saved, saved:N"):
        parse_policy(text, tmp_path / "saved.json")


def test_saved_is_refused_where_there_is_no_state_file():
    with pytest.raises(BadPolicy, match="embedded"):
        parse_policy("saved")


@pytest.mark.parametrize(("text", "count"), [("depth:4", 4), ("saved", 1), ("saved:3", 3), ("tag:safe", 1)])
def test_the_supervisor_learns_how_many_blocks_the_policy_wants(text, count):
    assert confirmations(text) == count


@pytest.mark.parametrize(
    "text",
    [
        *("depth:1", "depth:0", "depth:01", "depth:99999", "depth:100000", "depth:1\n"),
        *("tag:safe", "tag:latest", "saved", "saved:3", "saved:0", "saved:", "soon"),
    ],
)
def test_the_settings_take_exactly_what_is_a_policy(text, tmp_path):
    def taken(read):
        try:
            read()
        except (SettingsWrong, BadPolicy):
            return False
        return True

    settings = taken(lambda: load(finality=text, chain_url="embedded", data_dir=tmp_path))
    assert settings == taken(lambda: parse_policy(text, tmp_path / "saved.json"))
