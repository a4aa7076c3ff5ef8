"""JSON that is nested deeper than any parser's stack is refused like any other nonsense."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest

DEPTH = 100_000
DEEP = {
    "open lists": b"[" * DEPTH,
    "lists": b"[" * (DEPTH // 2) + b"]" * (DEPTH // 2),
    "objects": b'{"a":' * (DEPTH // 4) + b"1" + b"}" * (DEPTH // 4),
    "inside a member": b'{"names":' + b"[" * (DEPTH // 2) + b"]" * (DEPTH // 2) + b"}",
}
TAKES_JSON = ("POST", "PUT", "PATCH", "DELETE")


#: Doors that read the bytes themselves, so that the description names no body for them.
RAW = {"/api/v1/submissions", "/api/v1/onboarding", "/epcis/capture"}


def doors(registrar):
    """(method, path, whether it reads a body) of every door that could take one."""
    described = registrar.get("/openapi.json").json()["paths"]
    return [
        (
            method.upper(),
            path.replace("{", "").replace("}", ""),
            "requestBody" in operations[method] or path in RAW,
        )
        for path, operations in described.items()
        for method in operations
        if method.upper() in TAKES_JSON
    ]


@pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP.keys())
def test_every_door_refuses_it_with_a_problem(registrar, deep):
    found = doors(registrar)
    assert sum(reads for _, _, reads in found) > 8
    for method, path, reads in found:
        answer = registrar.request(method, path, content=deep, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, (method, path, answer.text[:200])
        if not reads:  # what is not read does no harm
            continue
        assert answer.status_code >= 400, (method, path, answer.status_code, answer.text[:200])
        assert answer.headers["content-type"] == "application/problem+json", (method, path)


def test_a_cursor_of_it_is_refused_too(registrar):
    mark = base64.urlsafe_b64encode(b"[" * 3000).decode().rstrip("=")
    for path in ("/api/v1/parties", "/api/v1/products", "/epcis/events"):
        answer = registrar.get(path, params={"cursor": mark, "nextPageToken": mark})
        assert answer.status_code < 500, (path, answer.text[:200])


def test_nothing_that_is_imported_takes_the_guard_of_the_stack_away():
    """py_ecc raises the limit, and the process would end by a signal at the first such body."""
    code = "import sys, suyuan.app, suyuan.bootstrap, suyuan.cli.app; print(sys.getrecursionlimit())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert int(ended.stdout) <= 12_500
