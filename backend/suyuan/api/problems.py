"""The one place where errors become HTTP: RFC 9457 problem documents with a stable `code`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from suyuan.kernel.errors import ErrorKind, Fault, Refused, SuyuanError, TooMany

MEDIA_TYPE = "application/problem+json"

#: The kind of an error (what it means for the caller) and the status that says so. Nothing else maps errors.
STATUS_OF_KIND = {
    ErrorKind.MALFORMED: 400,
    ErrorKind.UNAUTHENTICATED: 401,
    ErrorKind.FORBIDDEN: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.TOO_LARGE: 413,
    ErrorKind.REFUSED: 422,
    ErrorKind.TOO_MANY: 429,
    ErrorKind.INTERNAL: 500,
    ErrorKind.UNAVAILABLE: 503,
}

_CODE_OF_STATUS = {
    400: "request.malformed",
    401: "token.missing",
    403: "request.forbidden",
    404: "route.unknown",
    405: "route.method",
    406: "route.not-acceptable",
    408: "body.too-slow",
    413: "body.too-large",
    415: "body.media-type",
    422: "request.refused",
    500: "server.fault",
    503: "server.unavailable",
}


class ProblemFault(BaseModel):
    """One fault of a document or a list of rows; `pointer` is an RFC 6901 JSON Pointer into what was sent."""

    pointer: str
    code: str
    message: str
    fix: str | None = None


class Problem(BaseModel):
    """RFC 9457 with our `code` (stable, for programs) and, for lists, `errors` with a pointer each."""

    type: str = Field(examples=["urn:suyuan:problem:lot.unknown"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["lot.unknown"])
    instance: str | None = None
    errors: list[ProblemFault] | None = None


def documented_problems() -> dict[int | str, dict[str, Any]]:
    """What any route may answer besides its own: for OpenAPI, given to every router."""
    statuses: tuple[int | str, ...] = (400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 503)
    return {
        status: {
            "description": HTTPStatus(int(status)).phrase,
            "model": Problem,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    faults: tuple[Fault, ...] = (),
    instance: str | None = None,
    headers: dict[str, str] | None = None,
    members: dict[str, Any] | None = None,
) -> JSONResponse:
    """A problem document as a response."""
    body: dict[str, Any] = {
        "type": f"urn:suyuan:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **(members or {}),
    }
    if instance:
        body["instance"] = instance
    if faults:
        body["errors"] = [
            {"pointer": f.pointer, "code": f.code, "message": f.message, "fix": f.fix or None} for f in faults
        ]
    headers = dict(headers or {})
    if status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    if status == 503:
        headers.setdefault("Retry-After", "5")
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def from_error(error: SuyuanError, instance: str | None = None) -> JSONResponse:
    """The answer for an error of ours."""
    faults = tuple(error.faults) if isinstance(error, Refused) else ()
    status = STATUS_OF_KIND[error.kind]
    return problem(status, error.code, str(error), faults=faults, instance=instance, members=error.members)


def _pointer(location: tuple[Any, ...]) -> str:
    """FastAPI's location of a fault as a pointer: ("query", "limit") becomes /query/limit."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _instance(request: Request) -> str | None:
    found = getattr(request.state, "request_id", None)
    return f"urn:suyuan:request:{found}" if found else None


def install(app: FastAPI) -> None:
    """Register the handlers; the faults of the server itself are answered by edge.Faults."""

    @app.exception_handler(SuyuanError)
    def ours(request: Request, error: SuyuanError) -> JSONResponse:
        answer = from_error(error, _instance(request))
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer

    @app.exception_handler(RequestValidationError)
    def request_refused(request: Request, error: RequestValidationError) -> JSONResponse:
        found = error.errors()
        faults = tuple(
            Fault(
                pointer=_pointer(tuple(each["loc"])),
                code=f"request.{each['type'].replace('_', '-')}",
                message=str(each["msg"]),
                fix="See /openapi.json for what this route takes.",
            )
            for each in found
        )
        malformed = any(each["type"] == "json_invalid" for each in found)
        status = 400 if malformed else 422
        code = "json.malformed" if malformed else "request.refused"
        detail = f"{len(faults)} fault(s) in the request; the first: {faults[0].message}"
        return problem(status, code, detail, faults=faults, instance=_instance(request))

    @app.exception_handler(HTTPException)
    def of_framework(request: Request, error: HTTPException) -> JSONResponse:
        code = _CODE_OF_STATUS.get(error.status_code, f"http.{error.status_code}")
        detail = str(error.detail)
        if error.status_code == 404 and detail == "Not Found":
            detail = f"There is nothing at {request.url.path}."
        if error.status_code == 405:
            detail = f"{request.method} is not possible at {request.url.path}."
        headers = dict(error.headers) if error.headers else None
        return problem(error.status_code, code, detail, instance=_instance(request), headers=headers)
