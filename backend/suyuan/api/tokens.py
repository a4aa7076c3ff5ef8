"""Routes of tokens: the registrar makes them and takes them back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from suyuan.access import tokens
from suyuan.access.model import Scope, Token
from suyuan.api.forms import Form, Time
from suyuan.api.gateway import GatewayPart
from suyuan.api.lists import Cursor, Limit, link_next, text_after
from suyuan.api.parties import Registrar
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
def issue(body: TokenIn, parts: GatewayPart, _caller: Registrar, response: Response) -> IssuedToken:
    """Make a token for a party's system, or one of the platform's own."""
    with parts.database.transaction() as conn:
        if body.party is not None:
            the_party(conn, body.party)
        secret = tokens.issue(conn, parts.clock, body.name, body.party, body.scopes, body.expires_at)
        made = TokenOut.of(tokens.token_of(conn, tokens.id_of(secret)))
    response.headers["Cache-Control"] = "no-store"
    return IssuedToken(token=secret, **made.model_dump())


@router.get("")
def list_tokens(
    parts: GatewayPart,
    _caller: Registrar,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> TokensOut:
    """Tokens without their secrets, by id."""
    with parts.database.reading() as conn:
        found = tokens.list_tokens(conn, after=text_after(cursor), limit=limit + 1)
    if len(found) > limit:
        link_next(request, response, found[limit - 1].id)
    return TokensOut(tokens=[TokenOut.of(token) for token in found[:limit]])


@router.delete("/{token_id}", status_code=204)
def revoke(token_id: TokenId, parts: GatewayPart, _caller: Registrar) -> None:
    """Take a token back, from now on."""
    with parts.database.transaction() as conn:
        tokens.revoke(conn, parts.clock, token_id)
