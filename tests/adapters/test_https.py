"""Requests to exactly the address that was judged, whatever the server on it does."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress

import pytest

from fakes.tls_server import serving
from suyuan.adapters.https import HttpsSender, SystemResolver
from suyuan.webhooks.addresses import Target
from suyuan.webhooks.model import Outcome

NAME = "erp.example.com"


def saying(*parts):
    def answer(_request, connection):
        for part in parts:
            connection.sendall(part)

    return answer


OK = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def post(server, *, name=NAME, trust=True, seconds=5.0, most=2048, headers=None, address="127.0.0.1"):
    context = ssl.create_default_context(cafile=str(server.ca)) if trust else None
    target = Target(name, server.port, "/in?x=1")
    return HttpsSender(context).post(
        target, address, headers or {"Suyuan-Delivery": "d1"}, b'{"a":1}', seconds=seconds, most=most
    )


def test_the_request_carries_the_name_and_goes_to_the_address(tmp_path):
    with serving(tmp_path, OK, NAME) as server:
        answer = post(server)
    assert (answer.outcome, answer.status, answer.body, answer.address) == (
        Outcome.DELIVERED,
        200,
        b"ok",
        "127.0.0.1",
    )
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /in?x=1 HTTP/1.1\r\n")
    assert f"Host: {NAME}:{server.port}".encode() in head
    assert b"Suyuan-Delivery: d1" in head
    assert body == b'{"a":1}'
    assert server.names == [NAME]


def test_a_certificate_for_another_name_is_no_delivery(tmp_path):
    with serving(tmp_path, OK, "other.example.com") as server:
        assert post(server).outcome is Outcome.TLS
    assert server.requests == []


def test_a_certificate_that_nobody_vouches_for_is_no_delivery(tmp_path):
    with serving(tmp_path, OK, NAME) as server:
        assert post(server, trust=False).outcome is Outcome.TLS
    assert server.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(tmp_path, status):
    with serving(tmp_path, lambda *_: None, NAME) as inside:
        head = f"HTTP/1.1 {status} Moved\r\nLocation: https://127.0.0.1:{inside.port}/\r\n"
        (tmp_path / "outer").mkdir()
        with serving(tmp_path / "outer", saying(f"{head}Content-Length: 0\r\n\r\n".encode()), NAME) as server:
            answer = post(server)
    assert (answer.outcome, answer.status) == (Outcome.STATUS, status)
    assert inside.requests == []


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "delivered"), (204, "delivered"), (400, "status"), (410, "gone"), (500, "status")],
)
def test_the_status_says_how_it_went(tmp_path, status, outcome):
    head = f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()
    with serving(tmp_path, saying(head), NAME) as server:
        assert post(server).outcome == outcome


def test_of_a_huge_answer_only_the_beginning_is_read(tmp_path):
    def endless(_request, connection):
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    with serving(tmp_path, endless, NAME) as server:
        answer = post(server)
    assert answer.outcome is Outcome.DELIVERED
    assert answer.body == b"x" * 2048


def test_a_compressed_answer_is_not_unpacked(tmp_path):
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"
    with serving(tmp_path, saying(head), NAME) as server:
        assert post(server).body == b"\x1f\x8b\x08\x00"


def test_a_server_that_never_answers_takes_no_longer_than_is_given(tmp_path):
    def silent(_request, connection):
        connection.recv(1)

    with serving(tmp_path, silent, NAME) as server:
        assert post(server, seconds=0.3).outcome is Outcome.TIMEOUT


def test_an_answer_that_trickles_in_does_not_prolong_the_time(tmp_path):
    def trickle(_request, connection):
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            connection.settimeout(0.02)
            while True:
                connection.sendall(b"x")
                with suppress(TimeoutError):
                    if connection.recv(1) == b"":
                        return

    with serving(tmp_path, trickle, NAME) as server:
        assert post(server, seconds=0.5).outcome is Outcome.TIMEOUT


def test_a_body_that_stalls_does_not_undo_the_status(tmp_path):
    def stall(_request, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        connection.recv(1)

    with serving(tmp_path, stall, NAME) as server:
        answer = post(server, seconds=0.3)
    assert (answer.outcome, answer.body) == (Outcome.DELIVERED, b"abc")


@pytest.mark.parametrize(
    "noise", [b"", b"\x00\x01\x02\r\n\r\n", b"SMTP ready\r\n\r\n", b"HTTP/1.1 999999\r\n\r\n"]
)
def test_what_is_no_http_is_no_delivery(tmp_path, noise):
    with serving(tmp_path, saying(noise), NAME) as server:
        assert post(server).outcome in {Outcome.BROKEN, Outcome.UNREACHABLE}


def test_where_nobody_listens_nothing_is_delivered(tmp_path):
    with serving(tmp_path, OK, NAME) as server:
        pass
    assert post(server).outcome is Outcome.UNREACHABLE


def test_plain_text_on_the_port_is_no_tls(tmp_path):
    with serving(tmp_path, OK, NAME) as known, socket.create_server(("127.0.0.1", 0)) as plain:
        known.port = plain.getsockname()[1]
        plain.settimeout(5)
        context = ssl.create_default_context(cafile=str(known.ca))

        def speak():
            connection, _ = plain.accept()
            with connection:
                connection.sendall(b"220 mail ready\r\n")
                connection.recv(4096)

        thread = threading.Thread(target=speak)
        thread.start()
        answer = HttpsSender(context).post(
            Target(NAME, known.port, "/"), "127.0.0.1", {}, b"", seconds=2, most=9
        )
        thread.join()
    assert answer.outcome in {Outcome.TLS, Outcome.UNREACHABLE}


def test_proxies_of_the_environment_are_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving(tmp_path, OK, NAME) as server:
        assert post(server).outcome is Outcome.DELIVERED


def test_the_system_resolves_names_and_knows_when_there_is_none():
    assert "127.0.0.1" in SystemResolver().resolve("localhost", 443)
    assert SystemResolver().resolve("no-such-name.invalid", 443) == []
    assert SystemResolver().resolve("a" * 70 + ".example", 443) == []
