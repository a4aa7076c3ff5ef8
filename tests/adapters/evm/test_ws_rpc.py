from __future__ import annotations

import threading

import pytest
from websockets.sync.server import serve

from fakes.anvil import anvil
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.policy import Depth
from suyuan.adapters.evm.rpc import RpcError
from suyuan.adapters.evm.ws_rpc import WsRpc
from suyuan.anchoring.ports import ChainUnavailable


@pytest.mark.node
def test_a_node_answers_over_a_websocket_as_over_http():
    with anvil() as node:
        rpc = WsRpc(node.url.replace("http", "ws"))
        chain, other = EvmChain(rpc, Depth(1), {}, {}), EvmChain(node.rpc, Depth(1), {}, {})
        assert chain.identity() == other.identity()
        assert chain.receipt(bytes(32)) is None
        with pytest.raises(RpcError):
            rpc.call("no_such_method")
        node.mine()
        assert chain.head() == other.head()
        rpc.close()
        assert chain.head() == other.head()
        node.process.kill()
        node.process.wait()
        with pytest.raises(ChainUnavailable):
            chain.head()


def test_nobody_listening_is_unavailable():
    with pytest.raises(ChainUnavailable, match=r"the node at ws://127.0.0.1:1 failed"):
        WsRpc("ws://127.0.0.1:1/secret").call("eth_chainId")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("<html>", "not JSON"),
        ('{"id": 1, "resu', "not JSON"),
        ("[]", "not a JSON-RPC response"),
        ('{"id": 1}', "neither a result nor an error"),
        (None, "no answer in time"),
        ("bye", "ConnectionClosed"),
    ],
)
def test_every_failure_is_unavailable_and_the_next_question_is_answered(answer, words):
    answers = [answer]

    def speak(connection):
        for _ in connection:
            said = answers.pop() if answers else '{"id": 2, "result": "0x1"}'
            if said == "bye":
                return
            if said is not None:
                connection.send(said)

    with serve(speak, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        rpc = WsRpc(f"ws://127.0.0.1:{server.socket.getsockname()[1]}", answer_seconds=0.3)
        with pytest.raises(ChainUnavailable, match=words):
            rpc.call("eth_chainId")
        assert rpc.call("eth_chainId") == "0x1"
        rpc.close()
        server.shutdown()
        thread.join()


def test_an_answer_to_an_older_question_is_passed_over():
    def speak(connection):
        for _ in connection:
            connection.send('{"id": 0, "result": "0x9"}')
            connection.send('{"id": 1, "result": "0x1"}')

    with serve(speak, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        rpc = WsRpc(f"ws://127.0.0.1:{server.socket.getsockname()[1]}", answer_seconds=2)
        assert rpc.call("eth_chainId") == "0x1"
        rpc.close()
        server.shutdown()
        thread.join()
