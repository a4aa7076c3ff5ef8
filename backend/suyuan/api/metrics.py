"""Figures for Prometheus: asked from the database at each scrape, and counted at the edge for requests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.anchoring import heartbeats, queries
from suyuan.anchoring.model import Backlog, State
from suyuan.api.gateway import Gateway

#: Anything else counts as "other": a caller can invent methods, and each would be a series of its own.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class WayToTheChain(Collector):
    """How far the records are, and whether anything stands in their way."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        parts = self.gateway
        with parts.database.reading() as conn:
            backlog = queries.backlog(conn)
            entries = queries.entry_count(conn)
            beat = heartbeats.newest(conn)
            clerk = heartbeats.newest_of_clerks(conn)
        yield _counter("suyuan_entries", "Entries accepted for recording.", entries)
        yield _states(backlog)
        yield from self._backlog(backlog)
        if beat is not None:
            age = (parts.clock.now() - beat.at) / timedelta(seconds=1)
            yield _gauge("suyuan_worker_heartbeat_age_seconds", "Since any worker last spoke.", age)
            if "balance" in beat.facts:
                ether = int(beat.facts["balance"]) / 10**18
                yield _gauge("suyuan_relayer_balance_ether", "What the relayer can still pay with.", ether)
            for name in ("head", "finalized"):
                if name in beat.facts:
                    yield _gauge(f"suyuan_chain_{name}_block", f"Block number: {name}.", beat.facts[name])
        if clerk is not None:
            age = (parts.clock.now() - clerk.at) / timedelta(seconds=1)
            yield _gauge("suyuan_clerk_heartbeat_age_seconds", "Since any clerk last spoke.", age)
            yield _duties(clerk)

    def _backlog(self, backlog: Backlog) -> Iterator[Metric]:
        age = 0.0
        if backlog.oldest is not None:
            age = (self.gateway.clock.now() - backlog.oldest) / timedelta(seconds=1)
        yield _gauge("suyuan_oldest_pending_age_seconds", "Age of the oldest record not yet final.", age)
        yield _gauge("suyuan_transactions_in_flight", "Transactions sent and not mined.", backlog.in_flight)
        yield _gauge("suyuan_mined_not_final", "Mined and not yet final.", backlog.mined_not_final)
        yield _gauge(
            "suyuan_unsealed_leaves", "Leaves that no anchor has taken yet.", backlog.unsealed_leaves
        )
        gap = (backlog.next_nonce or 0) - ((-1 if backlog.final_nonce is None else backlog.final_nonce) + 1)
        yield _gauge("suyuan_nonce_gap", "Transactions between the last final one and the newest.", gap)
        latched = GaugeMetricFamily(
            "suyuan_latch", "1 while sending is stopped for this reason.", labels=["reason"]
        )
        if backlog.latch:
            latched.add_metric([backlog.latch], 1)
        yield latched


class Requests:
    """Counts answers by route and status, and how long they took; plain ASGI, outermost but one."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        labels = ("method", "route", "status")
        self.answers = Counter("suyuan_http_requests", "Answers of the gateway.", labels, registry=registry)
        self.seconds = Histogram(
            "suyuan_http_seconds", "Time to the answer's start.", ("route",), registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")  # the template, never the address itself
                method = scope["method"] if scope["method"] in METHODS else "other"
                self.answers.labels(method, route, str(message["status"])).inc()
                self.seconds.labels(route).observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, noted)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _counter(name: str, words: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(name, words, value=value)


def _duties(clerk: heartbeats.Heartbeat) -> GaugeMetricFamily:
    words = "Failures in a row of a clerk's duty."
    family = GaugeMetricFamily("suyuan_clerk_duty_failures", words, labels=["duty"])
    for name, record in clerk.facts.get("duties", {}).items():
        family.add_metric([name], record["failures"])
    return family


def _states(backlog: Backlog) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "suyuan_operations", "Submissions and other operations by state.", labels=["state"]
    )
    for state in State:
        family.add_metric([state.value], backlog.states.get(state, 0))
    return family
