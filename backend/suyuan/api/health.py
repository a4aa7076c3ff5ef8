"""Is it alive, is it ready, and how is it doing: for operators and their machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Connection

from suyuan import database
from suyuan.anchoring import heartbeats, queries
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.api.problems import problem
from suyuan.kernel.errors import Fault, SuyuanError

router = APIRouter(tags=["operation"])

#: A worker speaks every five seconds; one that said nothing for this long is taken for dead.
WORKER_SILENCE = timedelta(seconds=30)


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@router.get("/readyz", response_model=None)
def ready(parts: GatewayPart) -> JSONResponse:
    """200 when records can be taken and will reach the chain; else 503 with everything that is missing."""
    missing = tuple(_missing(parts))
    if missing:
        detail = " ".join(fault.message for fault in missing)
        return problem(503, "gateway.not-ready", detail, faults=missing)
    return JSONResponse({"status": "ready", "chainId": parts.identity.chain_id})


@router.get("/metrics", response_class=Response)
def metrics(request: Request) -> Response:
    """Prometheus text."""
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)


def _missing(parts: Gateway) -> Iterator[Fault]:
    try:
        database.check(parts.database)
        with parts.database.reading() as conn:
            yield from _missing_on_the_way(parts, conn)
    except SuyuanError as error:
        yield Fault("/database", error.code, error.message, "suyuan db check says more.")


def _missing_on_the_way(parts: Gateway, conn: Connection) -> Iterator[Fault]:
    known = queries.known_chain(conn)
    if known is None:
        yield Fault("/chain", "chain.unknown", "No worker has met the chain yet.", "Start suyuan worker.")
    elif known.chain_id != parts.identity.chain_id or known.contracts != parts.identity.contracts:
        yield Fault(
            "/chain",
            "chain.differs",
            "The worker records on another chain than this gateway was set up for.",
            "Give gateway and worker the same settings.",
        )
    beat = heartbeats.newest(conn)
    if beat is None or parts.clock.now() - beat.at > WORKER_SILENCE:
        yield Fault(
            "/worker",
            "worker.silent",
            f"No worker spoke for {WORKER_SILENCE.seconds} s: records are kept, but do not reach the chain.",
            "Start suyuan worker.",
        )
