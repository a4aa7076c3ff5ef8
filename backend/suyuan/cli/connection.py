"""How the command line finds the running gateway, and how it talks to it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
from rich.console import Console
from rich.markup import escape

from suyuan.cli.exits import Exit, errors, stop


@dataclass(frozen=True, slots=True)
class Address:
    """Where the gateway is and who we are there."""

    url: str
    token: str | None


def data_dir() -> Path:
    """The folder of the running system: SUYUAN_DATA_DIR, else ./var."""
    return Path(os.environ.get("SUYUAN_DATA_DIR", "var"))


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def running_url() -> str | None:
    """The address of the gateway that `suyuan up` runs on this data folder, if it does."""
    url = _read(data_dir() / "run.json").get("url")
    return url if isinstance(url, str) else None


def find_address() -> Address:
    """SUYUAN_PUBLIC_URL and SUYUAN_TOKEN when given, else what `suyuan up` left in the data folder."""
    running = _read(data_dir() / "run.json")
    operator = _read(data_dir() / "operator.json")
    url = os.environ.get("SUYUAN_PUBLIC_URL") or running.get("url")
    token = os.environ.get("SUYUAN_TOKEN") or operator.get("token")
    if not url:
        stop(
            f"No running gateway is known in {data_dir()}: start one with `suyuan up`, "
            "or set SUYUAN_PUBLIC_URL and SUYUAN_TOKEN.",
            Exit.UNREACHABLE,
        )
    return Address(str(url).rstrip("/"), token)


class Connection:
    """An HTTP client of the gateway that ends the command with one sentence when the gateway refuses."""

    def __init__(self, address: Address | None = None, *, timeout: float = 60.0) -> None:
        self.address = address or find_address()
        headers = {"Accept": "application/json", "User-Agent": "suyuan-cli"}
        if self.address.token:
            headers["Authorization"] = f"Bearer {self.address.token}"
        self.http = httpx.Client(base_url=self.address.url, headers=headers, timeout=timeout, trust_env=False)

    def get(self, path: str, **params: Any) -> Any:
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        return self._ask("POST", path, params=params, json=body)

    def delete(self, path: str) -> Any:
        return self._ask("DELETE", path)

    def send(self, path: str, content: bytes, *, headers: Mapping[str, str], **params: Any) -> Any:
        """POST of a document byte for byte."""
        return self._ask("POST", path, params=params, content=content, headers=dict(headers))

    def pages(self, path: str, key: str = "items", **params: Any) -> Iterator[Any]:
        """Every row of a list, page by page, following `Link: rel="next"`."""
        url: str | None = path
        query: dict[str, Any] | None = params
        while url:
            answer = self._answer("GET", url, params=_given(query or {}) or None)
            found = self._value(answer)
            yield from found if isinstance(found, list) else found.get(key, [])
            following = answer.links.get("next", {}).get("url")
            url, query = following, None

    def try_get(self, path: str, **params: Any) -> httpx.Response:
        """The answer as it is, also when it is a problem."""
        return self._exchange("GET", path, params=_given(params) or None)

    def try_post(self, path: str, body: Any) -> httpx.Response:
        """The answer as it is, also when it is a problem."""
        return self._exchange("POST", path, json=body)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        answer = self._answer(method, path, **options)
        return self._value(answer) if answer.content else None

    def _value(self, answer: httpx.Response) -> Any:
        try:
            return orjson.loads(answer.content)
        except ValueError:
            stop(
                f"What answers at {escape(self.address.url)} is no gateway: its answer is not JSON.",
                Exit.UNREACHABLE,
            )

    def _answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        if "params" in options:
            options["params"] = _given(options["params"] or {}) or None
        answer = self._exchange(method, path, **options)
        if answer.is_error:
            refuse(answer)
        return answer

    def _exchange(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self.http.request(method, path, **options)
        except httpx.TimeoutException:
            stop(f"The gateway at {self.address.url} did not answer in time.", Exit.UNREACHABLE)
        except httpx.HTTPError as error:
            stop(
                f"The gateway at {self.address.url} cannot be reached ({error}). "
                "Is it running? ./scripts/up --detach starts it.",
                Exit.UNREACHABLE,
            )


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return str(value).lower() if isinstance(value, bool) else value

    return {name: plain(value) for name, value in params.items() if value is not None}


def refuse(answer: httpx.Response) -> None:
    """End the command with what the gateway said: one sentence, and the faults as a whole table."""
    try:
        found = orjson.loads(answer.content)
    except ValueError:
        found = {}
    if not isinstance(found, dict):
        found = {}
    faults = found.get("errors") or []
    if faults:
        show_faults(faults)
    detail = str(found.get("detail") or f"The gateway answered {answer.status_code}.")
    code = {401: Exit.NOT_ALLOWED, 403: Exit.NOT_ALLOWED}.get(answer.status_code, Exit.REFUSED)
    if answer.status_code >= 500:
        code = Exit.UNREACHABLE
    stop(escape(f"{detail} ({found.get('code', answer.status_code)})"), code)


def show_faults(faults: list[Mapping[str, Any]], console: Console = errors) -> None:
    """Every fault with where it is, what it is and what to do, never only the first."""
    console.print(f"[bold]{len(faults)} fault(s)[/]")
    for fault in faults:
        lines = [f"  {fault.get('pointer') or '/'}  [{fault.get('code', '')}]"]
        lines += [f"    {fault.get('message', '')}"]
        lines += [f"    → {fault['fix']}"] if fault.get("fix") else []
        for line in lines:
            console.print(line, markup=False, soft_wrap=True)
