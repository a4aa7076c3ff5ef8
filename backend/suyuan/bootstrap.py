"""The only place that knows every implementation: settings become a database, keys, a chain and a relayer."""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from suyuan import database as tables
from suyuan.access import tokens
from suyuan.access.factors import rewrap_proofs
from suyuan.access.model import Scope
from suyuan.adapters.evm import deployment as deployments
from suyuan.adapters.evm.connect import ChainSettings, Connection, connect, open_relayer
from suyuan.adapters.evm.deployment import Deployment
from suyuan.adapters.evm.errors import WrongChain
from suyuan.adapters.evm.node import EmbeddedNode
from suyuan.adapters.evm.policy import confirmations
from suyuan.anchoring import heartbeats
from suyuan.anchoring.audit_state import Difference
from suyuan.anchoring.model import Policy
from suyuan.anchoring.ports import Chain, ChainUnavailable, Contracts, Identity
from suyuan.anchoring.relay import RelayLoop
from suyuan.audits import audit_rooms
from suyuan.config.keys import Keys, load_keys
from suyuan.config.settings import Settings
from suyuan.database import Database
from suyuan.journal.receipts import ReceiptSigner
from suyuan.kernel.clock import Clock, SystemClock
from suyuan.kernel.errors import SuyuanError, Unauthenticated
from suyuan.lots.custody import put_back
from suyuan.parties.custody import Keyring, rewrap
from suyuan.parties.signers import StoredSigners
from suyuan.webhooks.register import rewrap as rewrap_webhooks

log = logging.getLogger("suyuan")

OPERATOR_FILE = "operator.json"


class KeysUnusable(SuyuanError):
    """A key of the operator is missing or cannot be read; nothing starts without it."""

    code = "keys.unusable"


@dataclass(frozen=True, slots=True)
class System:
    """Everything of one process; `connection` talks to the chain only when asked to."""

    settings: Settings
    database: Database
    clock: Clock
    keys: Keys
    keyring: Keyring
    connection: Connection

    @property
    def identity(self) -> Identity:
        """The chain that the deployment files name."""
        return identity_of(self.connection.deployment)


def open_system(settings: Settings, clock: Clock | None = None) -> System:
    """Open what the settings name. Raises SuyuanError when a key or the contracts' addresses are missing."""
    keys = keys_of(settings)
    connection = connect(chain_settings(settings, keys))
    deployments.check_version(connection.deployment)
    return System(
        settings=settings,
        database=Database(settings.database_url),
        clock=clock or SystemClock(),
        keys=keys,
        keyring=Keyring(keys.master),
        connection=connection,
    )


def keys_of(settings: Settings) -> Keys:
    """The operator's keys. Raises KeysUnusable."""
    try:
        return load_keys(settings)
    except ValueError as error:
        raise KeysUnusable(f"The operator's keys cannot be used: {error}.") from error


def chain_settings(settings: Settings, keys: Keys) -> ChainSettings:
    return ChainSettings(
        chain_url=settings.chain_url,
        finality=settings.finality,
        deployments_dir=settings.deployments_dir,
        data_dir=settings.data_dir,
        relayer_key=keys.relayer,
    )


def identity_of(deployment: Deployment) -> Identity:
    """A deployment as the way to the chain names a chain."""
    return Identity(
        chain_id=deployment.chain_id,
        genesis_hash=deployment.genesis_hash,
        contracts=deployment.addresses,
        code_hashes={name: each.code_hash for name, each in deployment.contracts.items()},
    )


def receipt_signer(key: bytes, identity: Identity) -> ReceiptSigner:
    """Signs receipts for the ledger of this chain."""
    return ReceiptSigner(key, identity.chain_id, identity.contracts["TraceLedger"])


def check_chain(system: System) -> None:
    """Raise WrongChain when the node serves another chain or code; a node that is silent refuses nothing."""
    with suppress(ChainUnavailable):
        deployments.verify(system.connection.deployment, system.connection.chain)


def relay_loop(system: System) -> RelayLoop:
    """The relayer of this system; on our own local chain it may begin anew when that was lost."""
    connection = system.connection
    assert connection.relayer is not None  # noqa: S101 - open_system always gives the relayer's key
    own = system.settings.chain_url == "embedded"
    return RelayLoop(
        system.database,
        connection.chain,
        connection.contracts,
        connection.relayer,
        StoredSigners(system.database, system.keyring),
        system.clock,
        Policy(bundle_entries=system.settings.bundle_max_entries),
        redeploy=_redeployment(system) if own else None,
        put_back=put_back,
    )


def _redeployment(system: System) -> Callable[[], tuple[Chain, Contracts]]:
    def again() -> tuple[Chain, Contracts]:
        deploy_if_needed(system.settings)
        found = connect(chain_settings(system.settings, system.keys))
        return found.chain, found.contracts

    return again


def embedded_node(settings: Settings) -> EmbeddedNode:
    """The local chain of this data folder, not started yet; its relayer always finds money."""
    relayer = open_relayer(chain_settings(settings, keys_of(settings)))
    funded = [relayer.address] if relayer else []
    return EmbeddedNode(settings.data_dir, funded=funded, confirmations=confirmations(settings.finality))


def deploy_if_needed(settings: Settings) -> Deployment:
    """Deploy the contracts where they are not yet, and return where they are.

    On the embedded chain, files of a chain that is gone are put aside first: it is ours, and nobody else can
    have lost it. Anywhere else that is WrongChain, for the operator to decide. Raises ChainUnavailable.
    """
    chosen = chain_settings(settings, keys_of(settings))
    try:
        found = connect(chosen, deploying=True).deployment
        deployments.check_version(found)
        return found  # noqa: TRY300 - what follows the except is for a chain that is gone
    except WrongChain:
        if settings.chain_url != "embedded":
            raise
    _put_aside(settings.deployments_dir)
    return connect(chosen, deploying=True).deployment


def deployment_mark(settings: Settings) -> int | None:
    """A number that changes when the deployment's files are written anew; None while there are none."""
    written = [each.stat().st_mtime_ns for each in settings.deployments_dir.glob("[0-9]*/chain.json")]
    return max(written, default=None)


def _put_aside(folder: Path) -> None:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for chain in folder.glob("[0-9]*"):
        if chain.is_dir() and chain.name.isdecimal():
            log.warning("the deployment is of a chain that is gone", extra={"folder": str(chain)})
            chain.rename(folder / f"lost-{chain.name}-{stamp}")


def audit_database(settings: Settings) -> list[Difference]:
    """Everything that differs between the database and the chain, and inside the database.

    Raises ChainUnavailable, SuyuanError.
    """
    system = open_system(settings)
    try:
        check_database(settings)
        return audit_system(system)
    finally:
        system.database.close()


def audit_system(system: System) -> list[Difference]:
    """The same for what is open already. All rooms see one snapshot."""
    with system.database.reading() as conn:
        return list(audit_rooms(conn, system.connection.chain))


def upgrade_database(settings: Settings) -> None:
    """Bring the tables to this version. Raises SuyuanError."""
    database = Database(settings.database_url)
    try:
        tables.upgrade(database)
    finally:
        database.close()


def check_database(settings: Settings) -> None:
    """Raise SuyuanError when the tables are not those of this version."""
    database = Database(settings.database_url)
    try:
        tables.check(database)
    finally:
        database.close()


def rewrap_keys(settings: Settings, former: bytes) -> int:
    """Seal the custodial keys, so far under the master key `former`, under that of the settings; how many.

    Raises SuyuanError, and changes nothing, when one does not open, or while a worker is at work: it would go
    on with the former key, and sign nothing more.
    """
    keyring = Keyring(keys_of(settings).master, [former])
    database = Database(settings.database_url)
    try:
        with database.transaction() as conn:
            heartbeats.expect_silence(conn, SystemClock())
            return rewrap(conn, keyring) + rewrap_proofs(conn, keyring) + rewrap_webhooks(conn, keyring)
    finally:
        database.close()


def issue_operator_token(settings: Settings, name: str) -> str:
    """A new token with every scope of the platform; it is shown once."""
    database = Database(settings.database_url)
    try:
        with database.transaction() as conn:
            return tokens.issue(conn, SystemClock(), name, None, tuple(Scope))
    finally:
        database.close()


def operator_token(settings: Settings) -> str:
    """The operator's token of a local system, made once and kept in DATA_DIR/operator.json (0600).

    Only where keys are made by ourselves too: anywhere else the operator issues tokens, and none lies around.
    """
    path = settings.data_dir / OPERATOR_FILE
    known = _working_token(settings, path)
    if known is not None:
        return known
    token = issue_operator_token(settings, "operator of this machine")
    _write_private(path, json.dumps({"token": token, "scopes": [str(scope) for scope in Scope]}, indent=1))
    return token


def _working_token(settings: Settings, path: Path) -> str | None:
    database = Database(settings.database_url)
    try:
        token = str(json.loads(path.read_text("utf-8"))["token"])
        with database.reading() as conn:
            tokens.authenticate(conn, SystemClock(), token)
    except (OSError, ValueError, KeyError, TypeError, Unauthenticated):
        return None
    finally:
        database.close()
    return token


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all, and readable by its owner alone from the first byte."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
