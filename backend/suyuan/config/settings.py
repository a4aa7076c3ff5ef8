"""The settings of a gateway, worker or command: SUYUAN_* in the environment or in `.env`.

Checks of one setting against another are validators of the later field, so that one look finds every fault.
docs/operating.md lists each setting; a test compares.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from suyuan.config.finality import FORMS, parse_finality
from suyuan.config.secret import WELL_KNOWN, can_sign, parse_key, read_key

PREFIX = "SUYUAN_"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: Names with our prefix that are no settings of the system: the command line's own.
_OTHER_NAMES = frozenset({"SUYUAN_TOKEN"})


class SettingsWrong(Exception):
    """The settings cannot be used; `faults` has one sentence for each, beginning with the setting's name."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The settings are wrong:\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = faults


class Settings(BaseSettings):
    """All settings, checked. Times in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    data_dir: Path = Field(Path("./var"), description="Folder of everything that is kept")
    host: str = Field("127.0.0.1", description="Address that the gateway listens on")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8080, description="Port that the gateway listens on")
    public_url: str = Field("", description="What the outside calls us; codes and pages carry it")
    database_url: str = Field("", description="`sqlite:///FILE` or `postgresql+psycopg://…`")
    chain_url: str = Field(
        "embedded", description="`embedded`, `tester`, or the `http(s)://`, `ws(s)://` address of an EVM node"
    )
    finality: str = Field(
        "", description="When a block is final: `depth:N`, `tag:finalized`, `tag:safe`, `saved`, `saved:N`"
    )
    deployments_dir: Path = Field(Path(), description="Folder of the deployed contracts' addresses")
    master_key: SecretStr | None = Field(
        None, description="Key that custodial keys are encrypted under (hex)"
    )
    master_key_file: Path | None = Field(None, description="File with the master key")
    relayer_key: SecretStr | None = Field(None, description="Key that pays for transactions (hex)")
    relayer_key_file: Path | None = Field(None, description="File with the relayer's key")
    receipt_key: SecretStr | None = Field(None, description="Key that signs receipts (hex)")
    receipt_key_file: Path | None = Field(None, description="File with the receipt key")
    max_body_bytes: Annotated[int, Field(ge=1_000, le=1_000_000_000)] = Field(
        20_000_000, description="Largest request body that is read"
    )
    max_file_bytes: Annotated[int, Field(ge=1_000, le=100_000_000)] = Field(
        10_000_000, description="Largest file that is taken: a paper, a photo, a workbook"
    )
    max_events: Annotated[int, Field(ge=1, le=100_000)] = Field(
        5_000, description="Most events in one submission"
    )
    clock_skew_seconds: Annotated[int, Field(ge=0, le=86_400)] = Field(
        300, description="How far in the future an event's time may lie"
    )
    session_staff_idle_minutes: Annotated[int, Field(ge=5, le=1_440)] = Field(
        30, description="Minutes without a request after which the platform's staff are signed out"
    )
    session_idle_minutes: Annotated[int, Field(ge=5, le=10_080)] = Field(
        720, description="Minutes without a request after which everybody else is signed out"
    )
    session_max_hours: Annotated[int, Field(ge=1, le=720)] = Field(
        24, description="Hours after which everybody signs in again"
    )
    key_recovery_hours: Annotated[int, Field(ge=0, le=720)] = Field(
        24,
        description="Hours from the approval of a new key after a loss to its registration; 0 only locally",
    )
    bundle_max_entries: Annotated[int, Field(ge=1, le=2_000)] = Field(
        500, description="Most entries in one transaction"
    )
    webhook_networks: str = Field(
        "none",
        description="Networks besides public addresses that webhooks may reach: `10.1.0.0/16, fd00::/8`",
    )
    webhook_ports: str = Field("443,1024-65535", description="Ports that webhooks may reach")
    webhook_ca_file: Path | None = Field(
        None, description="Certificates (PEM) that webhooks trust besides the system's"
    )

    @property
    def makes_own_keys(self) -> bool:
        """Whether keys that are not given are made in the data folder: a local demonstration chain only."""
        return self.chain_url in ("embedded", "tester")

    @field_validator("data_dir", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("public_url", mode="after")
    @classmethod
    def _public_url(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            host = str(info.data.get("host", "127.0.0.1"))
            host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - recognised, not bound
            return f"http://{f'[{host}]' if ':' in host else host}:{info.data.get('port', 8080)}"
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("is not an http(s) address like https://trace.example.com")
        return value.rstrip("/")

    @field_validator("database_url", mode="after")
    @classmethod
    def _database_url(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return f"sqlite:///{info.data.get('data_dir', Path('var'))}/suyuan.db"
        if not re.match(r"sqlite:///.+|postgresql(\+psycopg)?://.+", value):
            raise ValueError("is neither sqlite:///FILE nor postgresql+psycopg://…")
        return re.sub(r"^postgresql://", "postgresql+psycopg://", value)

    @field_validator("chain_url", mode="after")
    @classmethod
    def _chain_url(cls, value: str) -> str:
        if value in ("embedded", "tester"):
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https", "ws", "wss") or not parts.hostname:
            raise ValueError("is neither embedded nor tester nor an http(s):// or ws(s):// address")
        return value

    @field_validator("finality", mode="after")
    @classmethod
    def _finality(cls, value: str, info: ValidationInfo) -> str:
        chain = info.data.get("chain_url")
        if not value:
            return {"embedded": "saved", "tester": "depth:1"}.get(str(chain), "depth:12")
        found = parse_finality(value)
        if found is None:
            raise ValueError(f"is none of {FORMS}; N is 1 or more")
        if found[0] == "saved" and chain not in ("embedded", None):
            raise ValueError("saved is only for the embedded chain, whose state file we keep ourselves")
        return value

    @field_validator("deployments_dir", mode="after")
    @classmethod
    def _deployments_dir(cls, value: Path, info: ValidationInfo) -> Path:
        if value != Path():
            return value.expanduser().resolve()
        if info.data.get("chain_url") in ("embedded", "tester") and "data_dir" in info.data:
            return Path(info.data["data_dir"]) / "deployments"
        return Path("contracts/deployments").resolve()

    @field_validator("key_recovery_hours", mode="after")
    @classmethod
    def _key_recovery_hours(cls, value: int, info: ValidationInfo) -> int:
        if value == 0 and info.data.get("chain_url") not in ("embedded", "tester", None):
            raise ValueError("is 0 only on a local demonstration chain: who signs must have time to object")
        return value

    @field_validator("webhook_networks", mode="after")
    @classmethod
    def _webhook_networks(cls, value: str) -> str:
        for each in value.split(","):
            if each.strip() and value != "none":
                ipaddress.ip_network(each.strip())
        return value

    @field_validator("webhook_ports", mode="after")
    @classmethod
    def _webhook_ports(cls, value: str) -> str:
        for each in value.split(","):
            first, _, last = each.strip().partition("-")
            if not (first.isdecimal() and 1 <= int(first) <= int(last or first) <= 65_535):
                raise ValueError("are no ports like 443,1024-65535")
        return value

    @field_validator("webhook_ca_file", mode="after")
    @classmethod
    def _webhook_ca_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("is no file")
        return value

    @field_validator("master_key", "relayer_key", "receipt_key", mode="after")
    @classmethod
    def _key(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None:
            _judge(parse_key(value.get_secret_value()), str(info.field_name), info.data)
        return value

    @field_validator("master_key_file", "relayer_key_file", "receipt_key_file", mode="after")
    @classmethod
    def _key_file(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        name = str(info.field_name).removesuffix("_file")
        if value is not None:
            _judge(read_key(value), name, info.data)
        if name not in info.data or "chain_url" not in info.data:
            return value  # that fault is reported already
        given = [each for each in (info.data[name], value) if each is not None]
        if len(given) == 2:
            raise ValueError(f"is given beside {PREFIX}{name.upper()}; give one of them")
        if not given and info.data["chain_url"] not in ("embedded", "tester"):
            raise ValueError(f"or {PREFIX}{name.upper()} must be given, because the chain is not a local one")
        return value


def _judge(key: bytes, name: str, data: dict[str, Any]) -> None:
    if name == "master_key":
        return
    if not can_sign(key):
        raise ValueError("is not a private key of secp256k1")
    chain = str(data.get("chain_url", ""))
    local = chain in ("embedded", "tester") or urlsplit(chain).hostname in _LOOPBACK
    if key in WELL_KNOWN and not local:
        raise ValueError("is a key from public documentation that anybody can use; make one of your own")


def load(env_file: Path | Literal[".env"] | None = ".env", **overrides: Any) -> Settings:
    """The settings of this process; `overrides` (field names) win over the environment.

    Raises SettingsWrong with every fault.
    """
    faults = _mistyped([*os.environ, *(dotenv_values(env_file) if env_file else ())])
    try:
        found = Settings(_env_file=env_file, **overrides)
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False):
            name = PREFIX + "_".join(str(part) for part in each["loc"]).upper()
            faults.append(f"{name} {each['msg'].removeprefix('Value error, ')}")
    if faults:
        raise SettingsWrong(faults)
    return found


def _mistyped(names: list[str]) -> list[str]:
    """Names that look like a setting and are none: silence would hide a typing error."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    faults = []
    for name in sorted(names):
        if not name.upper().startswith(PREFIX) or name.upper() in {*known, *_OTHER_NAMES}:
            continue
        close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.85)
        if close:
            faults.append(f"{name} is not a setting; {close[0]} is")
    return faults
