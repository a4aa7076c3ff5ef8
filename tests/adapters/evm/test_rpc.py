from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fakes.anvil import anvil, until
from fakes.rpc_proxy import Fault, rpc_proxy
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.policy import Depth
from suyuan.adapters.evm.rpc import HttpRpc, RpcError
from suyuan.anchoring.ports import Call, ChainUnavailable, Fees, SendOutcome

pytestmark = pytest.mark.node
FEES = Fees(4 * 10**9, 10**9)


@pytest.fixture(scope="module")
def node():
    with anvil() as running:
        yield running


@pytest.fixture
def proxy(node):
    with rpc_proxy(node.url) as between:
        yield between


@pytest.fixture
def rpc(proxy):
    return HttpRpc(proxy.url, answer_seconds=1)


@pytest.fixture
def chain(rpc):
    return EvmChain(rpc, Depth(1), {}, {})


@contextlib.contextmanager
def answering(say, pause=0.0):
    """A node that answers each request with what `say` makes of it, with a pause after each byte."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = say(json.loads(self.rfile.read(int(self.headers["Content-Length"])))).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                for part in [bytes([byte]) for byte in body] if pause else [body]:
                    self.wfile.write(part)
                    time.sleep(pause)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


LIES = [
    (Fault.DROP_BEFORE, {}, "cannot be reached, or hung up"),
    (Fault.DROP_AFTER, {}, "cannot be reached, or hung up"),
    (Fault.DELAY, {"seconds": 1.5}, "did not answer eth_chainId in time"),
    (Fault.STATUS, {"status": 500}, "HTTP status 500"),
    (Fault.STATUS, {"status": 429}, "HTTP status 429"),
    (Fault.HTML, {}, "not JSON"),
    (Fault.TRUNCATED, {}, "not JSON"),
    (Fault.NOT_RPC, {}, "not a JSON-RPC response"),
]


@pytest.mark.parametrize(("kind", "options", "words"), LIES)
def test_every_failure_is_one_clear_sentence_and_nothing_is_asked_twice(rpc, proxy, kind, options, words):
    proxy.fault(kind, **options)

    with pytest.raises(ChainUnavailable, match=words) as failure:
        rpc.call("eth_chainId")

    assert proxy.seen == ["eth_chainId"]
    assert str(failure.value).startswith("the node at http://127.0.0.1:")


@pytest.mark.parametrize(("kind", "options", "words"), LIES)
def test_a_batch_fails_in_the_same_words(chain, proxy, kind, options, words):
    proxy.fault(kind, **options)

    with pytest.raises(ChainUnavailable):
        chain.identity()


def test_the_node_works_again_after_each_failure(rpc, proxy):
    for kind, options, _ in LIES:
        proxy.fault(kind, times=1, **options)
        with pytest.raises(ChainUnavailable):
            rpc.call("eth_chainId")
        assert rpc.call("eth_chainId") == "0x7a69"


def test_nobody_listening_is_unavailable():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    with pytest.raises(ChainUnavailable, match="cannot be reached"):
        HttpRpc(f"http://127.0.0.1:{port}").call("eth_chainId")


def test_secrets_in_the_address_stay_out_of_messages():
    rpc = HttpRpc("http://user:hunter2@127.0.0.1:1/v3/s3cr3t")

    with pytest.raises(ChainUnavailable) as failure:
        rpc.call("eth_chainId")

    assert "hunter2" not in str(failure.value)
    assert "s3cr3t" not in str(failure.value)


def test_secrets_in_the_address_stay_out_of_every_log_and_traceback(proxy, caplog):
    rpc = HttpRpc(proxy.url.replace("//", "//user:hunter2@") + "/v3/s3cr3t")
    caplog.set_level(logging.DEBUG)
    said = []
    for kind, options, _ in [*LIES, (None, {}, "")]:
        if kind:
            proxy.fault(kind, times=1, **({**options, "seconds": 0} if kind is Fault.DELAY else options))
        try:
            rpc.call("eth_chainId")
            rpc.batch([("eth_chainId", ()), ("eth_blockNumber", ())])
        except ChainUnavailable as error:
            said += traceback.format_exception(error)

    assert said
    for secret in ("hunter2", "s3cr3t"):
        assert secret not in caplog.text
        assert secret not in "".join(said)


@pytest.mark.parametrize(
    "ids", [[0, 0], [1, 3], [None, 1], ["a", "b"], [0, "1"], [True, False], [0, 1, 2], [1]], ids=str
)
def test_answers_in_a_batch_that_answer_no_question_are_not_believed(ids):
    answer = json.dumps([{"jsonrpc": "2.0", "id": each, "result": "0x1"} for each in ids])
    with answering(lambda _: answer) as url, pytest.raises(ChainUnavailable):
        HttpRpc(url, answer_seconds=2).batch([("eth_chainId", ()), ("eth_blockNumber", ())])


def test_answers_in_a_batch_may_come_in_any_order():
    def backwards(asked):
        return json.dumps([{"id": one["id"], "result": one["method"]} for one in reversed(asked)])

    with answering(backwards) as url:
        methods = [f"method_{number}" for number in range(15)]
        assert HttpRpc(url).batch([(method, ()) for method in methods]) == methods


def test_an_answer_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr("suyuan.adapters.evm.rpc.MAX_ANSWER", 100_000)
    answer = json.dumps({"id": 0, "result": "0x" + "00" * 60_000})
    words = "answered eth_call with more than 100000 bytes"
    with answering(lambda _: answer) as url, pytest.raises(ChainUnavailable, match=words):
        HttpRpc(url).call("eth_call")


def test_a_node_that_answers_byte_by_byte_is_given_up():
    with answering(lambda asked: json.dumps({"id": asked["id"], "result": "0x" + "00" * 50}), 0.05) as url:
        started = time.monotonic()
        with pytest.raises(ChainUnavailable, match="did not answer eth_call in time"):
            HttpRpc(url, answer_seconds=0.5).call("eth_call")
        assert time.monotonic() - started < 2


def test_threads_share_an_endpoint_and_a_node_that_moved_is_followed(node, proxy):
    places = [proxy.url]
    rpc = HttpRpc(lambda: places[0])
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: rpc.call("eth_chainId"), range(40))) == {"0x7a69"}
    assert len(proxy.seen) == 40
    places[0] = node.url
    assert rpc.call("eth_chainId") == "0x7a69"
    assert len(proxy.seen) == 40


def test_a_refusal_keeps_code_message_and_data(rpc, proxy):
    proxy.fault(Fault.ERROR, method="eth_chainId", value={"code": -5, "message": "no", "data": "0x12"})

    with pytest.raises(RpcError) as refusal:
        rpc.call("eth_chainId")

    assert (refusal.value.code, refusal.value.message, refusal.value.data) == (-5, "no", "0x12")


@pytest.mark.parametrize("error", ["boom", {}, {"code": "x", "message": None}, 7])
def test_a_strange_refusal_is_still_a_refusal(rpc, proxy, error):
    proxy.fault(Fault.ERROR, method="eth_chainId", value=error)

    with pytest.raises(RpcError):
        rpc.call("eth_chainId")


STRANGE = [None, 7, True, [], {}, "latest", "0xzz", "", {"number": "0x1"}, {"number": 1, "hash": 2}]


@pytest.mark.parametrize("value", STRANGE)
@pytest.mark.parametrize(
    ("method", "ask"),
    [
        ("eth_getBlockByNumber", lambda chain: chain.head()),
        ("eth_getBlockByNumber", lambda chain: chain.fees()),
        ("eth_blockNumber", lambda chain: chain.finalized()),
        ("eth_getTransactionCount", lambda chain: chain.nonce("0x" + "11" * 20)),
        ("eth_getBalance", lambda chain: chain.balance("0x" + "11" * 20)),
        ("eth_chainId", lambda chain: chain.identity()),
        ("eth_estimateGas", lambda chain: chain.estimate("0x" + "11" * 20, Call("0x" + "22" * 20, b""))),
    ],
)
def test_answers_of_a_wrong_type_tell_nothing(chain, proxy, method, ask, value):
    proxy.fault(Fault.RESULT, method=method, value=value)

    with pytest.raises(ChainUnavailable):
        ask(chain)


@pytest.mark.parametrize(
    "value", [7, True, [], {}, "0x1", {"blockHash": "0x1"}, {"blockHash": 3, "blockNumber": "0x1"}]
)
def test_a_strange_receipt_tells_nothing_or_that_there_is_none(chain, proxy, value):
    proxy.fault(Fault.RESULT, method="eth_getTransactionReceipt", value=value)

    with contextlib.suppress(ChainUnavailable):
        assert chain.receipt(bytes(32)) is None


@pytest.mark.parametrize("kind", [Fault.DROP_AFTER, Fault.TRUNCATED, Fault.HTML])
def test_a_lost_answer_to_a_send_means_wait_and_the_same_bytes_go_again(node, chain, proxy, kind):
    purse = node.purse()
    signed = purse.sign(Call("0x" + "22" * 20, b""), nonce=0, gas=30_000, fees=FEES, chain_id=31337)
    proxy.fault(kind, method="eth_sendRawTransaction", times=1)

    assert chain.send(signed.raw).outcome is SendOutcome.WAIT
    again = chain.send(signed.raw)

    assert again.outcome in (SendOutcome.ACCEPTED, SendOutcome.ASK_AGAIN)
    assert until(lambda: chain.receipt(signed.hash)).succeeded
    assert proxy.seen.count("eth_sendRawTransaction") == 2
    assert chain.nonce(purse.address) == 1


def test_a_send_answered_with_another_hash_is_not_believed(node, chain, proxy):
    signed = node.purse().sign(Call("0x" + "22" * 20, b""), nonce=0, gas=30_000, fees=FEES, chain_id=31337)
    proxy.fault(Fault.RESULT, method="eth_sendRawTransaction", value="0x" + "00" * 32)

    assert chain.send(signed.raw).outcome is SendOutcome.WAIT


def test_a_node_that_lags_shows_an_older_head_and_no_newer_receipts(node, chain, proxy):
    purse = node.purse()
    before = chain.head()
    signed = purse.sign(Call("0x" + "22" * 20, b""), nonce=0, gas=30_000, fees=FEES, chain_id=31337)
    chain.send(signed.raw)
    until(lambda: chain.receipt(signed.hash))
    proxy.fault(Fault.STALE_HEAD, value=before.number)

    assert chain.head() == before
    assert chain.finalized() == before.number
    assert chain.receipt(signed.hash) is None
    assert chain.nonce(purse.address) == 0


def test_another_block_than_the_one_asked_for_is_not_believed(node, chain, proxy):
    node.mine(2)
    zero = node.rpc.call("eth_getBlockByNumber", "0x0", False)
    proxy.fault(Fault.RESULT, method="eth_getBlockByNumber", value=zero)

    with pytest.raises(ChainUnavailable, match="block 0 instead of 1"):
        chain.block(1)


def test_many_questions_are_asked_in_batches_and_answered_in_order(node, rpc, proxy):
    node.mine(3)
    asked = [("eth_getBlockByNumber", (hex(n % 3), False)) for n in range(50)]

    answers = rpc.batch(asked)

    assert [int(each["number"], 16) for each in answers] == [n % 3 for n in range(50)]
    assert len(proxy.seen) == 50


def test_a_node_without_batches_is_asked_one_by_one(node, chain, proxy):
    proxy.fault(Fault.NO_BATCH)

    assert chain.identity() == EvmChain(node.rpc, Depth(1), {}, {}).identity()


def test_the_real_nodes_refusals_are_understood(node, chain):
    purse = node.purse()

    def send(nonce=0, *, fees=FEES, chain_id=31337, gas=30_000):
        signed = purse.sign(Call("0x" + "22" * 20, b""), nonce=nonce, gas=gas, fees=fees, chain_id=chain_id)
        return chain.send(signed.raw).outcome

    assert send(chain_id=5) is SendOutcome.FATAL
    assert send(gas=20_000) is SendOutcome.FATAL
    assert send() is SendOutcome.ACCEPTED
    node.mine()
    assert send() is SendOutcome.ASK_AGAIN
    assert send(5) is SendOutcome.ACCEPTED  # a gap is queued
    assert send(5) is SendOutcome.ACCEPTED  # already known
    assert send(5, fees=Fees(FEES.max_fee, FEES.priority_fee + 1)) is SendOutcome.UNDERPRICED
    assert chain.send(b"\x02\xf8").outcome is SendOutcome.FATAL
    pauper = type(purse)(b"\x77" * 32)
    raw = pauper.sign(Call("0x" + "22" * 20, b""), nonce=0, gas=30_000, fees=FEES, chain_id=31337).raw
    assert chain.send(raw).outcome is SendOutcome.WAIT
