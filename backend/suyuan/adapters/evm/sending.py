"""What a node's refusal of a raw transaction means (research: reliability, rule R5).

Clients share neither codes nor words: -32000 is nearly everything in geth, -32003 nearly everything in anvil,
and gateways turn both into -32603. So the text decides first and the code only where it is unmistakable. What
nobody recognises is WAIT: bytes that may be in a pool somewhere are never given up on a guess.
"""

from __future__ import annotations

import re

from suyuan.adapters.evm.rpc import RpcError
from suyuan.anchoring.ports import SendOutcome, Sent

#: First match wins, so what is harmless stands before what is final.
PHRASES: tuple[tuple[SendOutcome, str], ...] = (
    # The node has these very bytes: geth, besu, anvil, nethermind, erigon.
    (SendOutcome.ACCEPTED, r"already known|\bknown transaction|already ?imported|alreadyknown"),
    # A transaction of ours, perhaps this one, was mined at this nonce.
    (SendOutcome.ASK_AGAIN, r"nonce (is )?too low|oldnonce|nonce has already been used|already mined"),
    (SendOutcome.ASK_AGAIN, r"transaction already exists|lower than (the )?current nonce"),
    # The fee is below what the pool or the block asks for; the same call with more fee can pass.
    (SendOutcome.UNDERPRICED, r"underpriced|insufficient gas price to replace|feetoolow"),
    (SendOutcome.UNDERPRICED, r"fee per gas (\(\d+\) )?(is )?(less|lower) than (the )?block('s)? base ?fee"),
    (SendOutcome.UNDERPRICED, r"gas price below|less than block base fee|fee cap less than"),
    # Time or the operator cures these: a gap, a full pool, an empty purse, a node that is still starting.
    (SendOutcome.WAIT, r"nonce too high|nonce gap|too distant|gapped|lower nonce exists"),
    (SendOutcome.WAIT, r"pool is full|queue full|too many requests|limit exceeded|rate.limit"),
    (SendOutcome.WAIT, r"insufficient funds|upfront cost exceeds|does not have enough balance"),
    (SendOutcome.WAIT, r"not authorized|sync|not enabled|timeout|timed out|unavailable"),
    (SendOutcome.WAIT, r"fee cap exceeded|exceeds the configured cap"),
    # These bytes can never be mined.
    (SendOutcome.FATAL, r"invalid sender|invalid (transaction )?signature|invalid v, r, s|failed to decode"),
    (SendOutcome.FATAL, r"chain ?id|eip-155|replay.protected"),
    (SendOutcome.FATAL, r"intrinsic gas|gas cannot be negative|exceeds block gas limit"),
    (SendOutcome.FATAL, r"gas limit too high|gas limit is greater|exceeds (transaction|maximum) gas"),
    (SendOutcome.FATAL, r"priority fee per gas (exceeds|higher)"),
    (SendOutcome.FATAL, r"init ?code size|oversized data|\brlp\b|transaction type|typed transaction"),
)
PATTERNS = tuple((outcome, re.compile(phrase, re.IGNORECASE)) for outcome, phrase in PHRASES)
EXPECTED_NONCE = re.compile(r"nonce: Expected (?P<next>\d+), but got (?P<got>\d+)")

#: Besu's own codes (RpcErrorType) that no other client uses for something else in answer to a send. Not
#: -32003: Besu means intrinsic gas by it, anvil any rejected transaction.
CODES = {
    -32001: SendOutcome.ASK_AGAIN,
    -32004: SendOutcome.WAIT,
    -32006: SendOutcome.WAIT,
    -32009: SendOutcome.UNDERPRICED,
}


def classify(error: RpcError) -> Sent:
    """The class of a refusal; the message keeps the node's own words."""
    said = f"{error.message} {error.data}" if isinstance(error.data, str) else error.message
    expected = EXPECTED_NONCE.search(said)
    if expected:  # py-evm has one sentence for a nonce that is used up and for one that leaves a gap
        used_up = int(expected["got"]) < int(expected["next"])
        return Sent(SendOutcome.ASK_AGAIN if used_up else SendOutcome.WAIT, str(error))
    for outcome, pattern in PATTERNS:
        if pattern.search(said):
            return Sent(outcome, str(error))
    return Sent(CODES.get(error.code, SendOutcome.WAIT), str(error))
