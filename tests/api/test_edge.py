from __future__ import annotations

import asyncio

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from suyuan.api import problems
from suyuan.api.edge import BodyLimit, Edge

LIMIT = 1000


@pytest.fixture
def client():
    app = FastAPI()

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    problems.install(app)
    app.add_middleware(BodyLimit, limit=LIMIT)
    app.add_middleware(Edge)
    return TestClient(app)


def test_every_answer_carries_the_security_headers(client):
    for answer in (client.post("/echo", content=b"x"), client.get("/nothing")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"


def test_a_harmless_request_id_is_kept_and_any_other_is_replaced(client):
    assert (
        client.get("/nothing", headers={"X-Request-Id": "my-own-id-7"}).headers["x-request-id"]
        == "my-own-id-7"
    )
    made = client.get("/nothing", headers={"X-Request-Id": "<script>alert(1)"}).headers["x-request-id"]
    assert made.isalnum()


def test_a_body_at_the_limit_is_taken(client):
    assert client.post("/echo", content=b"x" * LIMIT).json() == LIMIT


def test_a_body_declared_too_large_is_refused_before_it_is_read(client):
    answer = client.post("/echo", content=b"x" * (LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too-large")


def test_a_program_is_told_so_whether_or_not_there_is_such_a_route(client):
    for path in ("/api/v1/nothing", "/epcis/v2/nothing"):
        answer = client.post(path, content=b"x" * (LIMIT + 1))
        assert (answer.status_code, answer.json()["code"]) == (413, "body.too-large")
        assert answer.headers["connection"] == "close"


def test_a_body_that_turns_out_too_large_is_refused_without_reading_the_rest(client):
    sent = []

    def pieces():
        for piece in range(1000):
            sent.append(piece)
            yield b"x" * 100

    answer = client.post("/echo", content=pieces())
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too-large")


def test_a_length_that_is_no_number_does_not_open_the_limit(client):
    answer = client.post("/echo", content=b"x" * (LIMIT + 1), headers={"content-length": "-1"})
    assert answer.status_code == 413


def test_a_body_that_trickles_in_is_refused_in_time():
    app = FastAPI()

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    problems.install(app)
    app.add_middleware(BodyLimit, limit=LIMIT, seconds=0.05)
    sent = []

    async def receive():
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/echo", "query_string": b"", "headers": []}
    asyncio.run(asyncio.wait_for(app(scope, receive, send), 5))
    assert sent[0]["status"] == 408
    assert b"body.too-slow" in sent[1]["body"]
