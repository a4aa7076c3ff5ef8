"""The supervisor: starts everything in order, keeps it alive, stops it in the opposite order."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from suyuan import bootstrap
from suyuan.config.folder import private_folder
from suyuan.config.settings import Settings
from suyuan.demo.accounts import AccountsRefused, demo_accounts, make_accounts
from suyuan.demo.seed import DemoRefused, demo_pages, seed_once
from suyuan.demo.todo import leave_work
from suyuan.up.announce import summary_lines
from suyuan.up.children import Child, last_lines, own_command
from suyuan.up.errors import CannotStart
from suyuan.up.processes import end, mark_of
from suyuan.up.state import RunState, forget_state, is_running, read_state, write_state

READY_SECONDS = 90.0
STOP_SECONDS = 20.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """`settings` of the data folder and port; `empty` leaves the demo out."""

    settings: Settings
    empty: bool = False


class Supervisor:
    """Runs until told to stop. One for each data folder; `say` gets each step, `echo` the summary."""

    def __init__(self, options: Options, say: Say, echo: Say) -> None:
        self.settings = options.settings
        self.empty = options.empty
        self.say = say
        self.echo = echo
        self.stopping = threading.Event()
        self.children: list[Child] = []
        self.deployment: int | None = None
        me = mark_of(os.getpid())
        if me is None:
            raise CannotStart(
                "This system does not tell when a process was started; nothing can be supervised."
            )
        self.state = RunState(me, self.settings.public_url)

    def run(self) -> None:
        """Start, serve until a signal comes, stop. Raises CannotStart with everything stopped again."""
        with self._signals(), ExitStack() as stack:
            stack.enter_context(sole(self.settings.data_dir))
            self._claim()
            stack.callback(forget_state, self.settings.data_dir)
            self._start(stack)
            self._save("ready")
            for line in summary_lines(self.state.summary):
                self.echo(line)
            while not self.stopping.wait(0.5):
                self._tend()
            self.say("stopping")
            self._save("stopping")

    def _claim(self) -> None:
        """Take the data folder and the port, or say why not."""
        folder = self.settings.data_dir
        (folder / "logs").mkdir(exist_ok=True)
        clear_leftovers(folder, self.say)
        check_port(self.settings.host, self.settings.port)
        write_state(folder, self.state)

    def _start(self, stack: ExitStack) -> None:
        settings = self.settings
        if settings.chain_url == "embedded":
            self.say("starting the local chain")
            node = stack.enter_context(bootstrap.embedded_node(settings))
            self.state.chain_rpc = node.url
        self.say("bringing the database up to date")
        bootstrap.upgrade_database(settings)
        deployment = bootstrap.deploy_if_needed(settings)
        self.deployment = bootstrap.deployment_mark(settings)
        self.say(f"contracts are on chain {deployment.chain_id}")
        bootstrap.operator_token(settings)
        self.say("starting worker, clerk and gateway")
        for name, command in (("worker", "worker"), ("clerk", "clerk"), ("gateway", "serve")):
            self._start_child(name, command, stack)
        self._wait_until_ready()
        self._seed()
        self.state.summary = self._summary()

    def _start_child(self, name: str, command: str, stack: ExitStack) -> None:
        environment = {
            "SUYUAN_DATA_DIR": str(self.settings.data_dir),
            "SUYUAN_HOST": self.settings.host,
            "SUYUAN_PORT": str(self.settings.port),
            "SUYUAN_PUBLIC_URL": self.settings.public_url,
            "SUYUAN_CHAIN_URL": self.settings.chain_url,
        }
        log = self.settings.data_dir / "logs" / f"{name}.log"
        child = Child(name, own_command(command), environment, log)
        self.children.append(child)
        stack.callback(child.stop, STOP_SECONDS)
        child.start()
        self._save("starting")

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        reason = "it did not answer"
        while time.monotonic() < until and not self.stopping.is_set():
            for child in self.children:
                if not child.is_up():
                    raise CannotStart(f"The {child.name} does not start. It said:\n{last_lines(child.log)}")
            try:
                answer = httpx.get(f"{self._local_url()}/readyz", timeout=5, trust_env=False)
            except httpx.HTTPError as error:
                reason = str(error)
            else:
                if answer.status_code == 200:
                    return
                reason = str(answer.json().get("detail", answer.status_code))
            time.sleep(0.1)
        if self.stopping.is_set():
            raise CannotStart("Stopped before everything was ready.")
        raise CannotStart(f"The gateway is not ready after {READY_SECONDS:.0f} s: {reason}")

    def _seed(self) -> None:
        if self.empty:
            return
        token = bootstrap.operator_token(self.settings)
        try:
            seed_once(self._local_url(), token, self.settings.data_dir, self.say, self._tend)
            self.say("demo: people who can sign in")
            make_accounts(self._local_url(), token, self.settings.data_dir)
            leave_work(self._local_url(), token, self.settings.data_dir)
        except (AccountsRefused, DemoRefused, httpx.HTTPError) as error:
            raise CannotStart(f"The demo could not be entered: {error}") from error

    def _local_url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.settings.host, self.settings.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.settings.port}"

    def _summary(self) -> dict[str, Any]:
        local = self.settings.chain_url == "embedded"
        return {
            "url": self.settings.public_url,
            "operator_file": str(self.settings.data_dir / "operator.json"),
            "data_dir": str(self.settings.data_dir),
            "chain": "a local demo chain on this machine alone" if local else self.settings.chain_url,
            "accounts": {} if self.empty else demo_accounts(self.settings.data_dir),
            "passports": [] if self.empty else demo_pages(self.settings.data_dir, self.settings.public_url),
        }

    def _tend(self) -> None:
        """Look after the children: one that died is started again after its pause."""
        self._follow_deployment()
        for child in self.children:
            code = child.exit_code()
            if child.watch():
                self.say(f"the {child.name} ended with {code}; it was started again")
                self._save(self.state.phase)

    def _follow_deployment(self) -> None:
        """A worker that lost the local chain puts the contracts on a new one, and the others must know."""
        seen = bootstrap.deployment_mark(self.settings)
        if seen == self.deployment or seen is None:
            return
        if self.deployment is not None:
            self.say("the contracts were deployed anew; gateway and clerk start again")
            for child in self.children:
                if child.name != "worker":
                    child.stop(STOP_SECONDS)
        self.deployment = seen

    def _save(self, phase: str) -> None:
        self.state.phase = phase
        self.state.children = {child.name: child.mark for child in self.children if child.mark}
        write_state(self.settings.data_dir, self.state)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stopping.set()

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = [(number, signal.signal(number, stop)) for number in numbers]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)


@contextmanager
def sole(folder: Path) -> Iterator[None]:
    """Hold the data folder until this process ends, however it does. Raises CannotStart beside another."""
    private_folder(folder)
    with (folder / "up.lock").open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            state = read_state(folder)
            where = f" at {state.url}" if state else ""
            raise CannotStart(
                f"Suyuan is already running on this data{where} (stop it with --down)."
            ) from error
        yield


def clear_leftovers(folder: Path, say: Say) -> None:
    """Recognise what an earlier run left: refuse beside a living one, end the children of a killed one."""
    state = read_state(folder)
    if state is None:
        return
    if is_running(state):
        raise CannotStart(f"Suyuan is already running on this data at {state.url} (stop it with --down).")
    say("an earlier run was killed; its state is taken over")
    for mark in state.children.values():
        end(mark, grace=STOP_SECONDS)
    forget_state(folder)


def check_port(host: str, port: int) -> None:
    """Raise CannotStart when somebody else has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
            ) from error
