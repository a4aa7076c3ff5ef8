"""Passkeys (WebAuthn): registered by a person who is signed in, then enough to sign in and to prove oneself.

The device checks its user by finger, face or PIN, so that a passkey stands for two factors. The site's name
and origin come from the public address; a challenge is good once and for five minutes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from suyuan.access import begun
from suyuan.access.begun import Kind
from suyuan.access.errors import ProofRefused, SignInWrong
from suyuan.access.tables import accounts, passkeys
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault

#: Most passkeys of one person.
MOST = 20
_ID = re.compile(r"[A-Za-z0-9_-]{1,1400}")
_REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Site:
    """What a passkey is bound to: `rp_id` a host name, `origin` scheme, host and port."""

    rp_id: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> Site:
        parts = urlsplit(public_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


@dataclass(frozen=True, slots=True)
class Passkey:
    """As its owner's page lists it. `doubted_at`: its counter went back, so there may be a copy of it."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None
    doubted_at: datetime | None
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Challenge:
    """`secret` stays in the browser's cookie or form, `options` (JSON) go to its passkey function."""

    secret: str
    options: dict[str, Any]


def begin_new(conn: Connection, clock: Clock, site: Site, account: str, login: str) -> Challenge:
    """Begin to register one more. Raises ProofRefused when there are enough."""
    row = conn.execute(select(accounts.c.name).where(accounts.c.id == account)).one()
    known = list_passkeys(conn, account)
    if len(known) >= MOST:
        message = f"{MOST} passkeys are enough."
        raise ProofRefused([Fault("", "passkey.many", message, "Remove one that you do not use.")])
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name="溯源 Suyuan",
        user_id=account.encode(),
        user_name=login or account,
        user_display_name=row.name or login or account,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(each.id)) for each in known],
        timeout=int(begun.LASTS.total_seconds() * 1000),
    )
    return _challenge(conn, clock, Kind.PASSKEY_NEW, account, options)


def finish_new(  # noqa: PLR0913, PLR0917 - what the browser brings back
    conn: Connection, clock: Clock, site: Site, account: str, secret: str, answer: dict[str, Any], name: str
) -> str:
    """Keep the new passkey and return its id. Raises BegunWrong, ProofRefused."""
    started = begun.take(conn, clock, Kind.PASSKEY_NEW, secret)
    if started.account != account:
        raise _refused("The answer is not to this person's challenge.")
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(started.facts["challenge"]),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused(str(error)) from error
    passkey = bytes_to_base64url(found.credential_id)
    values = {
        "id": passkey,
        "account": account,
        "public_key": found.credential_public_key,
        "sign_count": found.sign_count,
        "name": "".join(each for each in name if each.isprintable()).strip()[:60] or "Passkey",
        "backed_up": found.credential_backed_up,
        "created_at": clock.now(),
    }
    try:
        with conn.begin_nested():
            conn.execute(insert(passkeys).values(values))
    except IntegrityError:
        raise _refused("This passkey is registered already.") from None
    return passkey


def begin_sign_in(conn: Connection, clock: Clock, site: Site) -> Challenge:
    """A challenge for whoever comes; the device knows which account its passkey is of."""
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id, user_verification=_REQUIRED, timeout=int(begun.LASTS.total_seconds() * 1000)
    )
    return _challenge(conn, clock, Kind.PASSKEY_SIGN_IN, None, options)


def begin_proof(conn: Connection, clock: Clock, site: Site, account: str) -> Challenge:
    """A challenge for this person's own passkeys."""
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        user_verification=_REQUIRED,
        allow_credentials=[
            PublicKeyCredentialDescriptor(base64url_to_bytes(each.id))
            for each in list_passkeys(conn, account)
        ],
        timeout=int(begun.LASTS.total_seconds() * 1000),
    )
    return _challenge(conn, clock, Kind.PASSKEY_PROOF, account, options)


def finish(  # noqa: PLR0913, PLR0917 - what the browser brings back
    conn: Connection, clock: Clock, site: Site, secret: str, answer: dict[str, Any], account: str | None
) -> str:
    """Whose passkey has answered; with `account`, only that person's counts. Raises BegunWrong, SignInWrong.
    A challenge is used up in any case, when the caller commits.
    """
    kind = Kind.PASSKEY_SIGN_IN if account is None else Kind.PASSKEY_PROOF
    started = begun.take(conn, clock, kind, secret)
    row = _row_of(conn, answer)
    if row is None or started.account != account or account not in (None, row.account):
        raise SignInWrong("This passkey does not fit.")
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(started.facts["challenge"]),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=0,  # compared below, so that a copy is noted
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise SignInWrong("This passkey does not fit.") from error
    handle = answer["response"].get("userHandle")
    if handle is not None and handle != bytes_to_base64url(row.account.encode()):
        raise SignInWrong("This passkey does not fit.")
    _keep_count(conn, clock, row, found.new_sign_count)
    return str(row.account)


def _keep_count(conn: Connection, clock: Clock, row: Any, count: int) -> None:
    """A counter that does not rise means two devices hold the key. It is let in and marked: devices that
    synchronise have no counter, and whether this one was copied only its owner can say.
    """
    went_back = count <= row.sign_count and (count or row.sign_count)
    values = {"used_at": clock.now(), "sign_count": max(count, row.sign_count)}
    if went_back:
        values["doubted_at"] = clock.now()
    conn.execute(update(passkeys).where(passkeys.c.id == row.id).values(values))


def list_passkeys(conn: Connection, account: str) -> list[Passkey]:
    """The person's own, in the order in which they were made."""
    query = select(passkeys).where(passkeys.c.account == account).order_by(passkeys.c.created_at)
    names = Passkey.__dataclass_fields__
    return [Passkey(**{name: row[name] for name in names}) for row in conn.execute(query).mappings()]


def remove(conn: Connection, account: str, passkey: str) -> bool:
    """Whether there was such a passkey of this person; it holds no more."""
    if not _ID.fullmatch(passkey):
        return False
    mine = (passkeys.c.id == passkey) & (passkeys.c.account == account)
    return conn.execute(delete(passkeys).where(mine)).rowcount == 1


def _row_of(conn: Connection, answer: dict[str, Any]) -> Any:
    shown = answer.get("id")
    if not isinstance(shown, str) or not _ID.fullmatch(shown):
        return None
    return conn.execute(select(passkeys).where(passkeys.c.id == shown)).one_or_none()


def _challenge(conn: Connection, clock: Clock, kind: Kind, account: str | None, options: Any) -> Challenge:
    facts = {"challenge": bytes_to_base64url(options.challenge)}
    return Challenge(begun.begin(conn, clock, kind, account, facts), json.loads(options_to_json(options)))


def _refused(why: str) -> ProofRefused:
    fix = "Begin again, in this browser and on this site."
    return ProofRefused([Fault("/passkey", "passkey.refused", f"The passkey was not taken: {why}", fix)])
