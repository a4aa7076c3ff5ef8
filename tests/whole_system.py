"""A whole system in this process: gateway, worker and an EVM in memory, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from suyuan import bootstrap
from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.anchoring import queries
from suyuan.anchoring.relay import RelayLoop
from suyuan.app import create_app
from suyuan.bootstrap import System
from suyuan.config.settings import load
from suyuan.serve import gateway_of


@dataclass
class WholeSystem:
    system: System
    client: TestClient
    relay: RelayLoop

    def settle(self, passes: int = 60) -> None:
        """Pass until nothing is under way."""
        for _ in range(passes):
            self.relay.pass_once()
            with self.system.database.reading() as conn:
                if queries.settled(conn):
                    return
        raise AssertionError("the way to the chain did not settle")

    def submit(self, document: Any, **params: Any) -> Any:
        answer = self.client.post("/api/v1/submissions", json=document, params=params)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def token(self, party: int | None, *scopes: Scope) -> dict[str, str]:
        """Headers of a new token."""
        with self.system.database.transaction() as conn:
            secret = tokens.issue(conn, self.system.clock, "test", party, scopes)
        return {"Authorization": f"Bearer {secret}"}


@contextmanager
def whole_system(data_dir: Any, database_url: str, **overrides: Any) -> Iterator[WholeSystem]:
    settings = load(
        env_file=None,
        data_dir=data_dir,
        database_url=database_url,
        **({"chain_url": "tester"} | overrides),
    )
    bootstrap.upgrade_database(settings)
    system = bootstrap.open_system(settings)
    app = create_app(gateway_of(system))
    with TestClient(app) as client:
        whole = WholeSystem(system, client, bootstrap.relay_loop(system))
        client.headers.update(whole.token(None, *Scope))
        yield whole
    system.database.close()
