"""access.ports.Sealer without a cipher: what is sealed shows its purpose and opens for no other."""

from __future__ import annotations

from suyuan.kernel.errors import SuyuanError


class FakeSealer:
    def __init__(self, current: str = "one", older: tuple[str, ...] = ()) -> None:
        self.current = current
        self.known = {current, *older}

    def seal_for(self, purpose: str, secret: bytes) -> bytes:
        return f"{self.current}|{purpose}|".encode() + secret[::-1]

    def open_for(self, purpose: str, sealed: bytes, master: str) -> bytes:
        begin = f"{master}|{purpose}|".encode()
        if master not in self.known or not sealed.startswith(begin):
            raise SuyuanError("does not open")
        return sealed[len(begin) :][::-1]
