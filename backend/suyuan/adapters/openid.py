"""OpenID Connect as a client: sends a person to his company's provider and reads what it says of him.

Authorization code with PKCE (S256), state and nonce; the ID token's signature is checked with the provider's
published keys, by algorithms with key pairs only, then issuer, audience, times and nonce. We ask https
addresses only (and this machine, for tests), follow no redirect, and read at most 1 MB.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from suyuan.access.companies import Company, may_ask
from suyuan.access.errors import SignInWrong
from suyuan.kernel.canonical import parse_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Unavailable

#: Signatures with a key pair. With "none" or a shared secret anybody, or the wrong one, could sign.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
TIMEOUT_SECONDS = 10
MAX_BYTES = 1_000_000
LEEWAY_SECONDS = 60
_SCOPES = "openid email profile"


class ProviderSilent(Unavailable):
    """The company's provider does not answer, or answers nonsense."""

    code = "company.silent"


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the person is sent, and what must be known when he comes back."""

    href: str
    facts: Mapping[str, str]


def depart(company: Company, secret: str, back: str) -> Departure:
    """Begin a visit; `back` is our own address that the provider returns to. Raises ProviderSilent."""
    found = _discovered(company)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    with _client(company, secret, back, state) as client:
        href, _ = client.create_authorization_url(
            found["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    return Departure(href, {"state": state, "nonce": nonce, "verifier": verifier, "company": company.id})


def arrive(  # noqa: PLR0913, PLR0917 - both halves of one visit
    clock: Clock, company: Company, secret: str, back: str, facts: Mapping[str, str], code: str
) -> dict[str, Any]:
    """The claims of the checked ID token. Raises SignInWrong, ProviderSilent.

    Whether `state` is the visit's own was for the caller to compare.
    """
    found = _discovered(company)
    try:
        with _client(company, secret, back, facts["state"]) as client:
            token = client.fetch_token(
                found["token_endpoint"],
                code=code,
                grant_type="authorization_code",
                code_verifier=facts["verifier"],
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
    except requests.RequestException as error:
        raise ProviderSilent("The company's sign-in does not answer.") from error
    except (AuthlibBaseError, ValueError) as error:
        raise SignInWrong("The company's sign-in did not confirm who you are.") from error
    shown = token.get("id_token") if isinstance(token, dict) else None
    if not isinstance(shown, str):
        raise SignInWrong("The company's sign-in said nothing about who you are.")
    return _claims(clock, company, KeySet.import_key_set(_fetch_keys(found)), shown, facts["nonce"])


def _claims(clock: Clock, company: Company, keys: KeySet, shown: str, nonce: str) -> dict[str, Any]:
    try:
        token = jwt.decode(shown, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": company.issuer},
                "aud": {"essential": True, "value": company.client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": company.client_id},
        )
        claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY_SECONDS)
    except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
        raise SignInWrong("What the company's sign-in says of you does not check out.") from error
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
        raise SignInWrong("What the company's sign-in says of you does not check out.")
    return dict(claims)


def _client(company: Company, secret: str, back: str, state: str) -> OAuth2Session:
    client = OAuth2Session(
        company.client_id,
        secret,
        scope=_SCOPES,
        redirect_uri=back,
        state=state,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - the name of a method
    )
    client.trust_env = False
    return client


def _discovered(company: Company) -> dict[str, str]:
    """The provider's own description (OpenID Connect Discovery 1.0)."""
    found = _fetch(f"{company.issuer.rstrip('/')}/.well-known/openid-configuration")
    needed = {name: found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    if found.get("issuer") != company.issuer:
        raise ProviderSilent("The company's provider calls itself otherwise.")
    if not all(isinstance(url, str) and may_ask(url) for url in needed.values()):
        raise ProviderSilent("The company's provider names an address that is not https.")
    return {name: str(url) for name, url in needed.items()}


def _fetch_keys(found: Mapping[str, str]) -> Any:
    keys = _fetch(found["jwks_uri"])
    if not isinstance(keys.get("keys"), list):
        raise ProviderSilent("The company's provider shows no keys.")
    return keys


def _fetch(url: str) -> dict[str, Any]:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
                body = b""
                for part in answer.iter_content(65_536):
                    body += part
                    if len(body) > MAX_BYTES or time.monotonic() > deadline:
                        raise ProviderSilent("The company's provider answers too much, or too slowly.")
                status = answer.status_code
        found = parse_json(body)
    except (requests.RequestException, ValueError) as error:
        raise ProviderSilent("The company's provider does not answer as it should.") from error
    if status != 200 or not isinstance(found, dict):
        raise ProviderSilent("The company's provider does not answer as it should.")
    return found
