"""The node's answers over HTTP: whatever is no proper answer is silence."""

from __future__ import annotations

import httpx
import pytest

from suyuan.verify import HttpRpc, NodeRefused, Unreachable


def node(handler):
    return HttpRpc("http://127.0.0.1:1/", transport=httpx.MockTransport(handler))


def answering(**answer):
    return node(lambda request: httpx.Response(200, json={"jsonrpc": "2.0", "id": 1, **answer}))


def test_a_result_is_given_back():
    assert answering(result="0x1").ask("eth_chainId", []) == "0x1"
    assert answering(result=None).ask("eth_getTransactionByHash", ["0x"]) is None


def test_an_error_of_the_node_is_told_apart_from_silence():
    with pytest.raises(NodeRefused, match="missing trie node"):
        answering(error={"code": -32000, "message": "missing trie node"}).ask("eth_call", [])


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="<html>busy</html>"),
        httpx.Response(502, text=""),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"jsonrpc": "2.0", "id": 1}),
        httpx.Response(200, json={"jsonrpc": "2.0", "id": 7, "result": "0x1"}),
        httpx.Response(200, text='{"id":1,"result":' + "[" * 100_000),
        httpx.Response(302, headers={"location": "http://127.0.0.1:2/"}),
    ],
)
def test_nonsense_is_unreachable(response):
    with pytest.raises(Unreachable) as caught:
        node(lambda request: response).ask("eth_chainId", [])
    assert not isinstance(caught.value, NodeRefused)


def test_a_node_that_does_not_listen_is_unreachable():
    def refuse(request):
        raise httpx.ConnectError("connection refused")

    with pytest.raises(Unreachable, match="refused"):
        node(refuse).ask("eth_chainId", [])
