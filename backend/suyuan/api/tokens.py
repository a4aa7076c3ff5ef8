"""Routes of tokens: the registrar makes them and takes them back, a party's admin those of his party."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from suyuan.access import tokens, trail
from suyuan.access.errors import TokenUnknown
from suyuan.access.model import Caller, Scope, Token
from suyuan.api.forms import Form, Time
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.api.lists import Cursor, Limit, link_next, text_after
from suyuan.api.people import Admin, FreshAdmin
from suyuan.parties.queries import the_party

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"])

TokenId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


class TokenIn(Form):
    name: str = Field(description="Whose token it is, and for what", examples=["ERP of the packing house"])
    party: Annotated[int, Field(ge=1, le=2**32 - 1)] | None = Field(
        None, description="Number of the party; none for the platform's own tokens"
    )
    scopes: Annotated[list[Scope], Field(max_length=10)]
    expires_at: Time | None = None


class TokenOut(Form):
    id: str
    name: str
    party: int | None
    scopes: list[Scope]
    created_at: Time
    expires_at: Time | None
    revoked_at: Time | None
    last_used_at: Time | None = Field(description="To the hour")

    @classmethod
    def of(cls, token: Token) -> TokenOut:
        return cls(
            id=token.id,
            name=token.name,
            party=token.party,
            scopes=[Scope(scope) for scope in sorted(token.scopes)],
            created_at=token.created_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
            last_used_at=token.last_used_at,
        )


class IssuedToken(TokenOut):
    token: str = Field(description="The secret; it is shown this once")


class TokensOut(Form):
    tokens: list[TokenOut]


@router.post("", status_code=201)
def issue(body: TokenIn, parts: GatewayPart, caller: FreshAdmin, response: Response) -> IssuedToken:
    """Make a token for a party's system, or one of the platform's own.

    A party's admin makes them for his own party, with an end within two years; a party's system makes none
    that may do more, or lasts longer, than its own.
    """
    secret, made = issue_for(parts, caller, body)
    response.headers["Cache-Control"] = "no-store"
    return IssuedToken(token=secret, **TokenOut.of(made).model_dump())


def issue_for(parts: Gateway, caller: Caller, body: TokenIn) -> tuple[str, Token]:
    """The same for pages: the secret, and the token as it is listed. Raises TokenRefused."""
    party = body.party if caller.party is None else caller.party
    with parts.database.transaction() as conn:
        if caller.party is not None:
            tokens.check_end(parts.clock, body.expires_at)
        if caller.party is not None and caller.account is None:
            tokens.check_within(conn, caller, body.scopes, body.expires_at)
        if party is not None:
            the_party(conn, party)
        secret = tokens.issue(conn, parts.clock, body.name, party, body.scopes, body.expires_at)
        made = tokens.token_of(conn, tokens.id_of(secret))
        facts = {"party": party, "scopes": sorted(made.scopes)}
        trail.note(conn, parts.clock, caller, "token.made", made.id, facts)
    return secret, made


@router.get("")
def list_tokens(
    parts: GatewayPart,
    caller: Admin,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> TokensOut:
    """Tokens without their secrets, by id."""
    with parts.database.reading() as conn:
        found = tokens.list_tokens(conn, party=caller.party, after=text_after(cursor), limit=limit + 1)
    if len(found) > limit:
        link_next(request, response, found[limit - 1].id)
    return TokensOut(tokens=[TokenOut.of(token) for token in found[:limit]])


@router.delete("/{token_id}", status_code=204)
def revoke(token_id: TokenId, parts: GatewayPart, caller: Admin) -> None:
    """Take a token back, from now on."""
    take_back(parts, caller, token_id)


def take_back(parts: Gateway, caller: Caller, token_id: str) -> None:
    """The same for pages. Raises TokenUnknown, for those of other parties too."""
    with parts.database.transaction() as conn:
        if caller.party is not None and tokens.token_of(conn, token_id).party != caller.party:
            raise TokenUnknown(f"There is no token {token_id!r}.")
        tokens.revoke(conn, parts.clock, token_id)
        trail.note(conn, parts.clock, caller, "token.revoked", token_id, {})
