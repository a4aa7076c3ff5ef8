"""What webhooks need from outside: names resolved and requests sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from suyuan.webhooks.addresses import Target
from suyuan.webhooks.model import Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request. `body` is the beginning of the answer; `address` what was connected to."""

    outcome: Outcome
    status: int | None = None
    body: bytes = b""
    address: str = ""


class Resolver(Protocol):
    def resolve(self, host: str, port: int) -> Sequence[str]:
        """Every IP address of a name, as text; empty when there is none. Raises nothing."""


class Sender(Protocol):
    def post(  # noqa: PLR0913 - a request's parts
        self,
        target: Target,
        address: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        seconds: float,
        most: int,
    ) -> Answer:
        """POST over TLS to this IP address and no other, with the target's name in Host, in SNI and in the
        check of the certificate. Follows no redirect, uses no proxy, ends after `seconds` whatever comes, and
        reads at most `most` bytes of the answer. Raises nothing.
        """
