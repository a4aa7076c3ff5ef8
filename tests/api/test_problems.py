from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from suyuan.api import problems
from suyuan.api.edge import BodyLimit, Edge
from suyuan.kernel import errors
from suyuan.kernel.errors import ErrorKind, Fault, Refused, SuyuanError


class Size(BaseModel):
    width: int


def app_that_raises(error: Exception) -> FastAPI:
    app = FastAPI()

    @app.get("/raise")
    def route() -> None:
        raise error

    @app.post("/size")
    def size(size: Size, limit: Annotated[int, Query(le=100)] = 10) -> int:
        return size.width * limit

    problems.install(app)
    app.add_middleware(BodyLimit, limit=1000)
    app.add_middleware(Edge)
    return app


def answer_to(error: Exception):
    return TestClient(app_that_raises(error)).get("/raise")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Malformed("cannot be read"), 400),
        (errors.Unauthenticated("who are you"), 401),
        (errors.Forbidden("not you"), 403),
        (errors.NotFound("no such lot", code="lot.unknown"), 404),
        (errors.Conflict("already there"), 409),
        (errors.TooLarge("too much"), 413),
        (errors.Refused([Fault("/a", "a.wrong", "a is wrong", "mend a")]), 422),
        (errors.Unavailable("later"), 503),
        (SuyuanError("our own mistake"), 500),
    ],
)
def test_each_kind_of_error_has_its_status_and_says_it_as_a_problem(error, status):
    answer = answer_to(error)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= body.keys()
    assert (body["status"], body["code"], body["detail"]) == (status, error.code, str(error))


def test_every_kind_is_mapped():
    assert set(problems.STATUS_OF_KIND) == set(ErrorKind)


def test_all_faults_are_listed_with_pointer_and_fix():
    faults = [Fault(f"/rows/{row}", "row.wrong", f"row {row} is wrong", "mend it") for row in range(3)]
    listed = answer_to(Refused(faults)).json()["errors"]
    assert [each["pointer"] for each in listed] == ["/rows/0", "/rows/1", "/rows/2"]
    assert all(each["fix"] == "mend it" for each in listed)


def test_a_caller_without_token_is_told_how_to_give_one():
    assert answer_to(errors.Unauthenticated("who")).headers["www-authenticate"] == "Bearer"


def test_a_server_that_cannot_now_says_when_to_come_again():
    assert int(answer_to(errors.Unavailable("later")).headers["retry-after"]) > 0


def test_errors_of_the_framework_have_the_same_form():
    client = TestClient(app_that_raises(HTTPException(418, "teapot")))
    assert client.get("/nothing").json()["code"] == "route.unknown"
    assert client.delete("/raise").json()["code"] == "route.method"
    assert client.get("/raise").json()["code"] == "http.418"


def test_a_wrong_request_names_each_member():
    client = TestClient(app_that_raises(ValueError()))
    answer = client.post("/size?limit=1000", json={"width": "wide"})
    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} == {"/query/limit", "/body/width"}


def test_a_body_that_is_no_json_is_malformed():
    client = TestClient(app_that_raises(ValueError()))
    answer = client.post("/size", content=b"{", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "json.malformed")


def test_our_own_fault_shows_the_request_id_and_nothing_of_the_inside():
    client = TestClient(app_that_raises(ZeroDivisionError("secret detail")), raise_server_exceptions=True)
    answer = client.get("/raise", headers={"X-Request-Id": "abcdef-1234"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "abcdef-1234" in answer.json()["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff"
