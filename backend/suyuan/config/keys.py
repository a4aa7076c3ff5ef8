"""The three keys of the operator: given outside, or made once for a local chain."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from suyuan.config.folder import private_folder
from suyuan.config.secret import KEY_SIZE, can_sign, parse_key, read_key
from suyuan.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Keys:
    """32 bytes each: `master` encrypts custodial keys, `relayer` pays, `receipt` signs receipts."""

    master: bytes = field(repr=False)
    relayer: bytes = field(repr=False)
    receipt: bytes = field(repr=False)


def load_keys(settings: Settings) -> Keys:
    """The keys as the settings give them. For a local chain those not given are made once in DATA_DIR/keys.

    Raises ValueError when a key file cannot be read or holds no key.
    """
    return Keys(
        master=_key(settings, "master", settings.master_key, settings.master_key_file),
        relayer=_key(settings, "relayer", settings.relayer_key, settings.relayer_key_file),
        receipt=_key(settings, "receipt", settings.receipt_key, settings.receipt_key_file),
    )


def _key(settings: Settings, name: str, value: SecretStr | None, file: Path | None) -> bytes:
    if value is not None:
        return parse_key(value.get_secret_value())
    if file is not None:
        return read_key(file)
    if not settings.makes_own_keys:
        raise ValueError(f"the {name} key is not given")
    path = settings.data_dir / "keys" / name
    if not path.exists():
        private_folder(settings.data_dir)
        _make(path)
    return read_key(path)


def _make(path: Path) -> None:
    """Write a new key so that it is there whole and for good, or not at all; whoever comes first makes it.

    A master key that a power cut takes away would take every custodial key with it, hence the two fsyncs.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    key = secrets.token_bytes(KEY_SIZE)
    while not can_sign(key):
        key = secrets.token_bytes(KEY_SIZE)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(key.hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, path)  # unlike rename, never replaces a key that is already there
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
