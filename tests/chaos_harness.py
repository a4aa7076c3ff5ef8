"""The real processes under fire, clients that remember what was acknowledged, and a checker that trusts the
chain's own logs alone.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from chaos_checker import Acknowledged, Verdict, entry_logs, judge
from stories.running import free_port
from suyuan import bootstrap
from suyuan.adapters.evm import node_process
from suyuan.anchoring.audit import audit_chain
from suyuan.anchoring.ports import ChainUnavailable
from suyuan.config.settings import Settings, load
from suyuan.demo.events import Document, produced
from suyuan.demo.numbers import lot_uri
from suyuan.demo.people import ACTORS, Actor
from suyuan.demo.seed import party_of
from suyuan.kernel.identity import lot_id

NODE = """
import signal, sys, threading
from suyuan import bootstrap
from suyuan.config.settings import load
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
with bootstrap.embedded_node(load()):
    stop.wait()
"""


@dataclass
class Process:
    """Something to kill, and to start again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        assert self.running is not None
        self.running.kill()
        self.running.wait()

    def revive(self) -> None:
        if self.running is None or self.running.poll() is not None:
            self.start()

    def stop(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


class Fire:
    """One system on one folder."""

    def __init__(self, folder: Path, seed: int, *, database_url: str = "", workers: int = 1) -> None:
        self.random = random.Random(seed)  # noqa: S311 - faults must be repeatable, not secret
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {"SUYUAN_DATA_DIR": str(folder), "SUYUAN_PORT": str(self.port)}
        if database_url:
            self.environment["SUYUAN_DATABASE_URL"] = database_url
        self.folder = folder
        self.settings = self._settings()
        self.kills: Counter[str] = Counter()
        self.acknowledged = Acknowledged()
        self._stopping = threading.Event()
        self._clients: list[threading.Thread] = []
        cli = [sys.executable, "-m", "suyuan.cli"]
        self.node = self._process("node", [sys.executable, "-c", NODE])
        self.gateway = self._process("gateway", [*cli, "serve"])
        self.workers = [self._process(f"worker {n}", [*cli, "worker"]) for n in range(1, workers + 1)]

    def _settings(self) -> Settings:
        return load(
            data_dir=self.folder,
            port=self.port,
            **{k[7:].lower(): v for k, v in self.environment.items() if k == "SUYUAN_DATABASE_URL"},
        )

    def _process(self, name: str, command: list[str]) -> Process:
        return Process(name, command, self.environment, self.folder / f"{name}.log")

    def start(self) -> None:
        self.node.start()
        bootstrap.upgrade_database(self.settings)
        self.until("the node answers", lambda: bootstrap.deploy_if_needed(self.settings) is not None)
        self.token = bootstrap.operator_token(self.settings)
        for process in (self.gateway, *self.workers):
            process.start()
        self.until("the gateway answers", self._answers)

    def _answers(self) -> bool:
        return httpx.get(f"{self.url}/healthz", timeout=2, trust_env=False).status_code == 200

    def until(self, what: str, true: Callable[[], bool], seconds: float = 90) -> None:
        deadline, reason = time.monotonic() + seconds, ""
        while time.monotonic() < deadline:
            try:
                if true():
                    return
            except (httpx.HTTPError, ChainUnavailable, OSError) as error:
                reason = str(error)
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds} s: {what} {reason}")

    # -- clients

    def begin_submitting(self, clients: int) -> None:
        with httpx.Client(base_url=self.url, headers=self._bearer(), trust_env=False) as client:
            actors = [actor for actor in ACTORS if "producer" in actor.roles][:clients]
            for actor in actors:
                client.post("/api/v1/parties", json=party_of(actor), timeout=30).raise_for_status()
        for number, actor in enumerate(actors):
            thread = threading.Thread(target=self._client, args=(number, actor), daemon=True)
            self._clients.append(thread)
            thread.start()

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _client(self, number: int, actor: Actor) -> None:
        count = 0
        mine = self.acknowledged.lots.setdefault(actor.uri, [])
        while not self._stopping.is_set():
            count += 1
            uri = lot_uri(900 + number, f"C{count}")
            with self.acknowledged.lock:
                self.acknowledged.tried.add(lot_id(uri))
            for _ in range(1 if count % 7 == 0 else 10_000):  # now and then a client gives up
                identifier = self._submit(actor, uri, f"chaos-{number}-{count}")
                if identifier or self._stopping.is_set():
                    break
                time.sleep(0.2)
            if identifier:
                with self.acknowledged.lock:
                    mine.append(lot_id(uri))
                    self.acknowledged.ids.append(identifier)
            time.sleep(0.02)

    def _submit(self, actor: Actor, uri: str, key: str) -> str | None:
        now = datetime(2026, 10, 1, tzinfo=UTC)
        body = Document(actor, [produced(now, actor.site, (uri, 10, "KGM"))]).as_epcis(now)
        headers = {**self._bearer(), "Idempotency-Key": key}
        try:
            answer = httpx.post(
                f"{self.url}/api/v1/submissions?as={actor.uri}",
                json=body,
                headers=headers,
                timeout=10,
                trust_env=False,
            )
        except httpx.HTTPError:
            return None
        if answer.status_code == 202:
            return str(answer.json()["id"])
        assert answer.status_code >= 500, answer.text
        return None

    # -- faults

    def wait_for_work(self, seconds: float = 5) -> None:
        """Until something more was acknowledged: a kill of an idle system proves little."""
        before, deadline = self.acknowledged.count, time.monotonic() + seconds
        while self.acknowledged.count == before and time.monotonic() < deadline:
            self.tend()
            time.sleep(0.05)

    def tend(self) -> None:
        """What a supervisor does: a process that refused to go on is started again."""
        for process in (self.node, self.gateway, *self.workers):
            process.revive()

    def kill_one(self) -> None:
        """SIGKILL to somebody, and a new start a moment later."""
        kind = self.random.choices(("gateway", "worker", "node"), (1, 5, 3))[0]
        self.kills[kind] += 1
        if kind == "node":
            self._kill_node()
            return
        process = self.gateway if kind == "gateway" else self.random.choice(self.workers)
        process.kill()
        time.sleep(self.random.uniform(0, 0.3))
        process.start()

    def _kill_node(self) -> None:
        """The node alone, or its supervisor, or both at once."""
        record = node_process.read_record(self.folder / "chain")
        which = self.random.choice(("node", "supervisor", "both"))
        if which in ("supervisor", "both"):
            self.node.kill()
        if which in ("node", "both") and record is not None and node_process.is_running(record):
            with suppress(ProcessLookupError):
                os.kill(record.pid, signal.SIGKILL)
        self.node.revive()

    # -- the end

    def heal(self, seconds: float = 150) -> None:
        """Everything runs again, and all that was acknowledged becomes final."""
        self._stopping.set()
        for process in (self.node, self.gateway, *self.workers):
            process.revive()
        for thread in self._clients:
            thread.join(30)
        waiting = list(self.acknowledged.ids)
        with httpx.Client(base_url=self.url, headers=self._bearer(), trust_env=False, timeout=10) as client:

            def final() -> bool:
                self.tend()
                while waiting:
                    if client.get(f"/api/v1/submissions/{waiting[-1]}").json().get("state") != "final":
                        return False
                    waiting.pop()
                return True

            self.until("all that was acknowledged is final", final, seconds)

    def stop(self) -> None:
        for process in (self.gateway, *self.workers, self.node):
            process.stop()

    def check(self) -> Verdict:
        """The chain's logs against the clients' memory, and our books against the chain."""
        system = bootstrap.open_system(self.settings)
        self.until("the node answers", lambda: bool(system.connection.chain.identity()))
        try:
            with system.database.reading() as conn:
                differences = audit_chain(conn, system.connection.chain)
        finally:
            system.database.close()
        logs = entry_logs(system.connection.rpc, system.connection.deployment.addresses["TraceLedger"])
        verdict = judge(self.acknowledged, logs)
        verdict.differences = [f"{it.where}: {it.what}" for it in differences]
        verdict.kills = dict(self.kills)
        return verdict
