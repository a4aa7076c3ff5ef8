"""Endpoints, deliveries and attempts as values, and the figures of the trade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

PING = "webhook.ping"
DISABLED = "webhook.disabled"

#: Endpoints of one party, and characters of their name.
MAX_ENDPOINTS = 10
MAX_NAME = 80


class EndpointState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"  # failed for too long, said that it is gone, or was switched off
    REMOVED = "removed"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Outcome(StrEnum):
    """How one attempt ended."""

    DELIVERED = "delivered"  # a status from 200 to 299
    STATUS = "status"  # another status; redirects too, which are not followed
    GONE = "gone"  # 410: the receiver wants nothing more
    ADDRESS = "address"  # the name leads to an address that nothing is sent to
    UNRESOLVED = "unresolved"  # the name leads nowhere
    UNREACHABLE = "unreachable"  # no connection
    TLS = "tls"  # no trustworthy connection
    TIMEOUT = "timeout"  # no whole answer in time
    BROKEN = "broken"  # no HTTP
    UNSEALED = "unsealed"  # its secret cannot be opened under our master key


@dataclass(frozen=True, slots=True)
class Policy:
    """The figures; times in seconds."""

    #: Waits between attempts: `first` doubled each time, at most `longest`, each times 0.75 to 1.25.
    first: float = 10.0
    longest: float = 6 * 3600.0
    give_up: timedelta = timedelta(days=3)
    #: An endpoint that does not answer is left alone for a while; doubled each time, at most this long.
    break_longest: float = 900.0
    #: One attempt, all in all; and how long somebody who took a delivery in hand may be silent.
    attempt: float = 10.0
    claim: float = 60.0
    #: Deliveries to one endpoint before others have their turn.
    slice: int = 20
    answer_bytes: int = 2_048
    overlap: timedelta = timedelta(days=2)
    kept: timedelta = timedelta(days=30)  # a log, after the delivery has ended


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`topics` is empty for all. `failing_since`: the first failure since the last success."""

    id: str
    party: int
    name: str
    url: str
    topics: tuple[str, ...]
    state: EndpointState
    reason: str
    created_at: datetime
    failing_since: datetime | None
    paused_until: datetime | None
    secrets: tuple[datetime | None, ...] = ()  # ends of the valid ones; None is the current one


@dataclass(frozen=True, slots=True)
class Delivery:
    """`payload` is the body without `attempt`. `since`: when trying began; `due_at`: when it goes on."""

    id: str
    endpoint: str
    party: int
    topic: str
    subject: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    since: datetime
    due_at: datetime
    ended_at: datetime | None
    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """`answer`: the first 2 KiB of what came back, as text."""

    number: int
    at: datetime
    milliseconds: int
    outcome: Outcome
    status: int | None
    address: str
    answer: str
