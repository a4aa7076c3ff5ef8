"""One request to the application, without a server or a client's cookie jar; endless answers are left after
their first piece.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import dataclass

import httpx

#: An id of ours goes into answers in place of a random one.
REQUEST_ID = "role-walk"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Everything that can be read in it: headers, body, and each part of a workbook."""
        parts = [" ".join(f"{name}: {value}" for name, value in self.headers.items())]
        if self.body[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(self.body)) as book:
                parts += [book.read(name).decode(errors="replace") for name in book.namelist()]
        else:
            parts.append(self.body.decode(errors="replace"))
        return "\n".join(parts)


async def ask(app, method, path, headers, **body) -> Answer:
    """The body as httpx takes it: json, data, files, content."""
    sent = httpx.Request(method, f"http://testserver{path}", headers=headers, **body)
    to_come = [{"type": "http.request", "body": sent.read(), "more_body": False}]
    gone, began, pieces = asyncio.Event(), {}, []

    async def receive():
        if to_come:
            return to_come.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            began.update(message)
            return
        pieces.append(message.get("body", b""))
        if not message.get("more_body") or is_endless(began):
            gone.set()

    await app(_scope(sent), receive, send)
    headers = {name.decode(): value.decode() for name, value in began["headers"]}
    return Answer(began["status"], headers, b"".join(pieces))


def is_endless(began) -> bool:
    return any(value.startswith(b"text/event-stream") for _, value in began["headers"])


def _scope(sent):
    headers = [(name.lower(), value) for name, value in sent.headers.raw]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "path": sent.url.path,
        "raw_path": sent.url.raw_path.partition(b"?")[0],
        "query_string": sent.url.query,
        "root_path": "",
        "headers": [*headers, (b"x-request-id", REQUEST_ID.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }
