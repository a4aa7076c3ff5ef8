"""Assembles the HTTP application from its routers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from suyuan.access.known import KnownCallers
from suyuan.api import (
    account,
    companies,
    docs,
    epcis,
    exports,
    files,
    handovers,
    health,
    inspections,
    keys,
    lots,
    parties,
    passport,
    people,
    problems,
    products,
    qualification,
    session,
    signing,
    submissions,
    tokens,
    upload_files,
    uploads,
    webhooks,
)
from suyuan.api.cookies import SessionCookies
from suyuan.api.edge import BodyLimit, Edge
from suyuan.api.gateway import Gateway
from suyuan.api.intake import READERS
from suyuan.api.metrics import Requests, WayToTheChain
from suyuan.database.line import Line
from suyuan.portal.routes import ROUTERS as PAGES

#: In the order of the documentation; passport before lots, whose last route takes the rest.
ROUTERS = (
    submissions,
    signing,
    keys,
    uploads,
    upload_files,
    handovers,
    inspections,
    epcis,
    passport,
    lots,
    parties,
    products,
    qualification,
    files,
    webhooks,
    session,
    account,
    people,
    companies,
    exports,
    tokens,
    health,
    docs,
)


def create_app(gateway: Gateway) -> FastAPI:
    """The application around one gateway. Nothing is opened or closed here: the gateway's owner does."""
    app = FastAPI(
        title="Suyuan 溯源",
        version=version("suyuan"),
        summary="Food traceability that can be checked by people who do not trust its operator",
        responses=problems.documented_problems(),
        docs_url=None,  # ours loads nothing from elsewhere: see docs.py
        redoc_url=None,
    )
    app.state.gateway = gateway
    app.state.known_callers = KnownCallers(gateway.clock)
    app.state.line = Line(gateway.database)
    app.state.readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
    app.state.metrics = CollectorRegistry()
    app.state.metrics.register(WayToTheChain(gateway))
    for each in ROUTERS:
        app.include_router(each.router)
    for pages in PAGES:
        app.include_router(pages)
    problems.install(app)
    app.add_middleware(SessionCookies, parts=gateway)
    app.add_middleware(Requests, registry=app.state.metrics)
    app.add_middleware(BodyLimit, limit=gateway.settings.max_body_bytes)
    app.add_middleware(Edge)
    return app
