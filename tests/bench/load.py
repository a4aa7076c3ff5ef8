"""Requests as fast as answers come, over a fixed number of connections.

HTTP/1.1 by hand on asyncio streams: a full client would take more of the machine than the server under test.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Call:
    method: str
    url: str
    content: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def encoded(self) -> bytes:
        parts = urlsplit(self.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [f"{self.method} {target} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines.append(f"Content-Length: {len(self.content)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.content


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length:")[2].partition("\r\n")[0])
    return int(head.split(" ", 2)[1]), await reader.readexactly(length)


async def _drive(prepared: Iterator[bytes], host: str, port: int, connections: int) -> int:
    done = 0

    async def worker() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection(host, port)
        for request in prepared:
            writer.write(request)
            await writer.drain()
            status, body = await _answer(reader)
            if status >= 300:
                raise RuntimeError(f"answered {status}: {body[:500]!r}")
            done += 1
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(worker() for _ in range(connections)))
    return done


def rate(make: Callable[[int], Call], count: int, connections: int = 64) -> float:
    """Answers per second for `count` requests; request n is `make(n)`, made before the clock starts."""
    calls = [make(number) for number in range(count)]
    parts = urlsplit(calls[0].url)
    prepared = iter([call.encoded() for call in calls])
    began = time.perf_counter()
    done = asyncio.run(_drive(prepared, parts.hostname or "", parts.port or 80, connections))
    return done / (time.perf_counter() - began)
