"""`/docs`: the interface for people, made from the OpenAPI document; no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, select_autoescape

router = APIRouter(include_in_schema=False)

_pages = Environment(loader=PackageLoader("suyuan.api"), autoescape=select_autoescape(), trim_blocks=True)
METHODS = ("get", "post", "put", "patch", "delete")


@router.get("/docs", response_class=HTMLResponse)
async def docs(request: Request) -> HTMLResponse:
    """All routes with what they take and answer."""
    document = request.app.openapi()
    page = _pages.get_template("docs.html").render(info=document["info"], groups=_groups(document))
    return HTMLResponse(page)


def _groups(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Routes by tag, in the document's order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                tag = (operation.get("tags") or ["other"])[0]
                found.setdefault(tag, []).append(_route(path, method, operation))
    return found


def _route(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "method": method.upper(),
        "path": path,
        "words": operation.get("description") or operation.get("summary", ""),
        "token": bool(operation.get("security")),
        "parameters": operation.get("parameters", []),
        "bodies": {kind: _name(content) for kind, content in body.items()},
        "answers": {
            status: answer.get("description", "")
            for status, answer in operation.get("responses", {}).items()
            if status.startswith("2")
        },
    }


def _name(content: Mapping[str, Any]) -> str:
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
