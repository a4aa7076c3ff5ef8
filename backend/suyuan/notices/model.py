"""A notice as a value, and the topics that there are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: Topic -> what has happened to its subject. Readers may be told of topics that are not known here.
TOPICS: dict[str, str] = {
    "submission.final": "every entry of the submission is final on the chain",
    "submission.rejected": "the ledger refused the submission; the reason is among the facts",
    "handover.offered": "goods are offered to the party",
    "handover.accepted": "the goods that the party offered were accepted, in whole or in part",
    "handover.refused": "the goods that the party offered were refused",
    "handover.withdrawn": "an offer to the party was taken back before it was answered",
    "handover.agreed": "the sender agrees with the figures of the party's answer",
    "handover.disputed": "the sender disputes the figures of the party's answer and says its own",
    "handover.answer_refused": "an answer given offline could not stand; why is among the facts",
    "qualification.expiring": "the party's qualification runs out soon",
    "qualification.changed": "the party's qualification was granted, refused, suspended or restored",
    "hold.proposed": "a failed inspection or test proposes to hold a lot that the party holds or made",
    "document.expiring": "one of the party's documents runs out soon",
    "document.changed": "one of the party's documents was uploaded, checked or refused",
    "key.added": "the party has a new key; which it replaces is among the facts",
    "key.revoked": "a key of the party signs no more, for another has taken its place",
    "key.destroyed": "the platform's copy of a key of the party is destroyed",
    "key.compromised": "a key of the party is reported to be in strange hands",
    "key.recovery.asked": "somebody of the party asks for a new key in place of a lost one",
    "key.recovery.approved": "a second person has approved the new key; it is registered after the wait",
    "key.recovery.cancelled": "the new key that was asked for will not be registered",
    "webhook.disabled": "an endpoint of the party failed for so long that nothing is sent there any more",
}

TOPIC_FORM = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
MAX_TOPIC = 60
MAX_SUBJECT = 300
MAX_FACTS = 16_384


@dataclass(frozen=True, slots=True)
class Notice:
    """`position` counts 1, 2, 3, … without a hole over all parties; None until it is given. `facts` is
    canonical JSON and says nothing that the party may not see.
    """

    id: int
    position: int | None
    party: int
    topic: str
    subject: str
    at: datetime
    facts: Mapping[str, Any]
