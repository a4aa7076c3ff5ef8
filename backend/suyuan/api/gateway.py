"""What every route needs, put together once by bootstrap and kept on the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from suyuan.access import tokens
from suyuan.access.errors import ProofStale
from suyuan.access.known import KnownCallers
from suyuan.access.model import Caller
from suyuan.api import cookies
from suyuan.kernel.errors import Forbidden, Unauthenticated

if TYPE_CHECKING:
    from suyuan.anchoring.ports import Identity
    from suyuan.config.settings import Settings
    from suyuan.database import Database
    from suyuan.journal.receipts import ReceiptSigner
    from suyuan.kernel.clock import Clock
    from suyuan.parties.custody import Keyring

_bearer = HTTPBearer(auto_error=False, description="A token made by the operator, with its scopes")


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts of a running gateway. `identity` is the chain that this deployment records on, known from
    the deployment's ledger: a gateway answers without asking the chain.
    """

    settings: Settings
    database: Database
    clock: Clock
    keyring: Keyring
    receipt_signer: ReceiptSigner
    identity: Identity


async def gateway(request: Request) -> Gateway:
    """The gateway of this application; async as everything that never waits, so that it takes no thread."""
    return parts_of(request)


def parts_of(request: Request) -> Gateway:
    """The same for plain functions."""
    found = request.app.state.gateway
    assert isinstance(found, Gateway)  # noqa: S101 - set by create_app, never by a request
    return found


def optional_caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    form_token: Annotated[str, Depends(cookies.form_token)] = "",
) -> Caller | None:
    """Who is calling, by a token or by the cookie of a session, or None. A token that is wrong is an error,
    never nobody; a session that has ended is nobody. Raises CsrfWrong (403).
    """
    if credentials is None:
        session = cookies.session_of(request, parts_of(request), form_token)
        return session.caller if session else None
    parts = parts_of(request)
    with parts.database.reading() as conn:
        found = tokens.authenticate(conn, parts.clock, credentials.credentials)
    if tokens.is_use_due(parts.clock, found):
        with parts.database.transaction() as conn:
            tokens.note_use(conn, parts.clock, found)
    return found


async def caller(request: Request, found: Annotated[Caller | None, Depends(optional_caller)]) -> Caller:
    """Who is calling. Raises Unauthenticated (401) without a token and without a session."""
    return _somebody(request, found)


def _somebody(request: Request, found: Caller | None) -> Caller:
    if found is None:
        cookies.say_if_ended(request)
        raise Unauthenticated(
            "This route needs an Authorization header: Bearer <token>, or a person who is signed in.",
            code="token.missing",
        )
    return found


async def known_caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    form_token: Annotated[str, Depends(cookies.form_token)],
) -> Caller:
    """Who is calling, a system as far as is known from a moment ago; for busy routes that call
    `callers.confirm` where they write. Raises like `caller`.
    """
    known: KnownCallers = request.app.state.known_callers
    found = known.find(credentials.credentials) if credentials else None
    if found is None:
        found = _somebody(request, await run_in_threadpool(optional_caller, request, credentials, form_token))
        if credentials is not None:
            known.keep(credentials.credentials, found)
    return found


def require(*scopes: str, of: Callable[..., Awaitable[Caller]] = caller) -> Callable[..., Awaitable[Caller]]:
    """A dependency that gives the caller when he has at least one of `scopes`; else Forbidden (403)."""

    async def allowed(found: Caller = Depends(of)) -> Caller:
        if not found.scopes.intersection(scopes):
            needed = " or ".join(scopes)
            raise Forbidden(f"This needs the scope {needed}, which you do not have.", code="token.scope")
        return found

    return allowed


def fresh(
    minutes: int = 10, of: Callable[..., Awaitable[Caller]] = caller
) -> Callable[..., Awaitable[Caller]]:
    """A dependency that gives the caller when a person has proved within `minutes` that it is he: for acts
    that sign. A system has no other proof than its token. Raises ProofStale (403).
    """

    async def proved(request: Request, found: Caller = Depends(of)) -> Caller:
        check_fresh(parts_of(request), found, minutes)
        return found

    return proved


def check_fresh(parts: Gateway, found: Caller, minutes: int = 10) -> None:
    """The same for what is known only inside a route. Raises ProofStale."""
    if not found.is_fresh(parts.clock.now(), minutes):
        raise ProofStale("Prove once more that it is you: with your password, code or passkey.")


async def raw_body(request: Request) -> bytes:
    """The request's bytes as they came, at most settings.max_body_bytes (BodyLimit answers 413).

    Parameters are filled in their order: a route names its caller first, so that nothing is read for nobody.
    """
    return await request.body()


GatewayPart = Annotated[Gateway, Depends(gateway)]
CallerPart = Annotated[Caller, Depends(caller)]
OptionalCaller = Annotated[Caller | None, Depends(optional_caller)]
RawBody = Annotated[bytes, Depends(raw_body)]
