from __future__ import annotations

import pytest

from suyuan.adapters.evm.rpc import RpcError
from suyuan.adapters.evm.sending import classify
from suyuan.anchoring.ports import SendOutcome

ACCEPTED, ASK_AGAIN = SendOutcome.ACCEPTED, SendOutcome.ASK_AGAIN
UNDERPRICED, WAIT, FATAL = SendOutcome.UNDERPRICED, SendOutcome.WAIT, SendOutcome.FATAL

GETH = [
    (-32000, "already known", ACCEPTED),
    (-32000, "nonce too low: next nonce 7, tx nonce 5", ASK_AGAIN),
    (-32000, "nonce too low", ASK_AGAIN),
    (-32000, "replacement transaction underpriced", UNDERPRICED),
    (-32000, "transaction underpriced: gas tip cap 0, minimum needed 1", UNDERPRICED),
    (
        -32000,
        "max fee per gas less than block base fee: address 0x1, maxFeePerGas: 1, baseFee: 9",
        UNDERPRICED,
    ),
    (-32000, "nonce too high", WAIT),
    (-32000, "txpool is full", WAIT),
    (-32000, "insufficient funds for gas * price + value: balance 0, tx cost 21", WAIT),
    (-32000, "tx fee (2.00 ether) exceeds the configured cap (1.00 ether)", WAIT),
    (-32000, "future transaction tries to replace pending", WAIT),
    (-32000, "in-flight transaction limit reached for delegated accounts", WAIT),
    (-32000, "invalid sender", FATAL),
    (-32000, "invalid chain id for signer: have 5 want 1", FATAL),
    (-32000, "only replay-protected (EIP-155) transactions allowed over RPC", FATAL),
    (-32000, "intrinsic gas too low: gas 20000, minimum needed 21000", FATAL),
    (-32000, "exceeds block gas limit", FATAL),
    (-32000, "max priority fee per gas higher than max fee per gas", FATAL),
    (-32000, "max initcode size exceeded: code size 50000, limit 49152", FATAL),
    (-32000, "oversized data: transaction size 200000, limit 131072", FATAL),
    (-32000, "rlp: value size exceeds available input length", FATAL),
    (-32000, "transaction type not supported", FATAL),
]
BESU = [
    (-32000, "Known transaction", ACCEPTED),
    (-32001, "Nonce too low", ASK_AGAIN),
    (-32000, "Replacement transaction underpriced", UNDERPRICED),
    (-32009, "Gas price below configured minimum gas price", UNDERPRICED),
    (-32009, "Gas price below current base fee", UNDERPRICED),
    (-32006, "Nonce too high", WAIT),
    (-32004, "Upfront cost exceeds account balance", WAIT),
    (-32000, "Transaction nonce is too distant from current sender nonce", WAIT),
    (-32000, "An invalid transaction with a lower nonce exists", WAIT),
    (-32007, "Sender account not authorized to send transactions", WAIT),
    (-32008, "Initial sync is still in progress", WAIT),
    (-32000, "Transaction fee cap exceeded", WAIT),
    (-32002, "Invalid signature", FATAL),
    (-32000, "Wrong chainId", FATAL),
    (-32003, "Intrinsic gas exceeds gas limit", FATAL),
    (-32005, "Transaction gas limit exceeds block gas limit", FATAL),
    (-32000, "Max priority fee per gas exceeds max fee per gas", FATAL),
    (-32602, "Invalid transaction type", FATAL),
]
ANVIL = [
    (-32003, "transaction already imported", ACCEPTED),
    (-32003, "nonce too low", ASK_AGAIN),
    (-32003, "replacement transaction underpriced", UNDERPRICED),
    (-32003, "max fee per gas less than block base fee", UNDERPRICED),
    (-32003, "Insufficient funds for gas * price + value", WAIT),
    (-32003, "Nonce too high", WAIT),
    (-32003, "invalid chain id for signer", FATAL),
    (-32003, "intrinsic gas too low", FATAL),
    (-32003, "intrinsic gas too high -- tx.gas_limit > env.block.gas_limit", FATAL),
    (-32602, "Failed to decode transaction", FATAL),
    (-32602, "Unknown transaction type not supported", FATAL),
]
ETH_TESTER = [
    (-32000, "Invalid transaction nonce: Expected 1, but got 0", ASK_AGAIN),
    (-32000, "Invalid transaction nonce: Expected 1, but got 5", WAIT),
    (-32000, "Sender's max fee per gas (10) is lower than block's base fee per gas (765777977)", UNDERPRICED),
    (
        -32000,
        "Sender does not have enough balance to cover transaction value and gas  (has 9, needs 10)",
        WAIT,
    ),
    (-32000, "Message.gas cannot be negative: Got: -1000", FATAL),
]
OTHERS = [
    (-32603, "nonce too low", ASK_AGAIN),
    (-32010, "AlreadyKnown", ACCEPTED),
    (-32005, "daily request count exceeded, request rate limited", WAIT),
    (-32603, "Internal error", WAIT),
    (0, "something that nobody has ever said", WAIT),
]


@pytest.mark.parametrize(("code", "message", "outcome"), GETH + BESU + ANVIL + ETH_TESTER + OTHERS)
def test_each_clients_words_fall_into_their_class(code, message, outcome):
    sent = classify(RpcError(code, message))

    assert sent.outcome is outcome
    assert message in sent.message


@pytest.mark.parametrize(
    ("code", "outcome"), [(-32001, ASK_AGAIN), (-32004, WAIT), (-32009, UNDERPRICED), (-32003, WAIT)]
)
def test_besus_own_codes_decide_where_the_words_do_not(code, outcome):
    assert classify(RpcError(code, "")).outcome is outcome


def test_words_in_the_data_count_where_the_message_says_nothing():
    error = RpcError(-32603, "Internal JSON-RPC error.", "nonce too low")

    assert classify(error).outcome is ASK_AGAIN
