"""Every route with requests that nobody would write by hand: no server error, and no undocumented answer."""

from __future__ import annotations

import re

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from starlette.testclient import TestClient

from suyuan.access import accounts, sessions, tokens
from suyuan.access.model import PLATFORM_SEATS, Scope, Seat
from suyuan.api.cookies import cookie_name
from suyuan.api.gateway import Gateway
from suyuan.app import create_app
from suyuan.bootstrap import receipt_signer
from suyuan.config.settings import load
from suyuan.database import Database, upgrade
from suyuan.kernel.clock import SystemClock
from suyuan.kernel.ledger import Role
from suyuan.parties.custody import Keyring
from suyuan.parties.model import NewParty
from suyuan.parties.register import register_party

from .conftest import CHAIN

pytestmark = pytest.mark.slow

EXAMPLES = 15
#: The same routes once more, of which half are closed to him.
EXAMPLES_OF_A_PERSON = 6
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance)


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schemathesis")
    database = Database(f"sqlite:///{folder / 'suyuan.db'}")
    upgrade(database)
    yield create_app(
        Gateway(
            settings=load(env_file=None, data_dir=folder, max_body_bytes=200_000),
            database=database,
            clock=SystemClock(),
            keyring=Keyring(bytes(range(32))),
            receipt_signer=receipt_signer(bytes([7] * 32), CHAIN),
            identity=CHAIN,
        )
    )
    database.close()


@pytest.fixture(scope="module")
def token(application):
    parts = application.state.gateway
    with parts.database.transaction() as conn:
        return tokens.issue(conn, parts.clock, "fuzzer", None, tuple(Scope))


@pytest.fixture(scope="module")
def supplier(application):
    """Makes headers of a new session of somebody who holds every seat of a party; a route may end it."""
    parts = application.state.gateway
    with parts.database.transaction() as conn:
        new = NewParty({"zh": "晨露鲜果"}, ("urn:example:party:dew",), Role.PRODUCER)
        party = register_party(conn, parts.clock, parts.keyring, new).number
        seats = set(Seat) - PLATFORM_SEATS
        account = accounts.add(conn, parts.clock, "fuzzer@example.com", "李梅", party, seats)

    def headers():
        with parts.database.transaction() as conn:
            secret = sessions.open_session(conn, parts.clock, account)
            found = sessions.find(conn, parts.clock, secret)
        return {"Cookie": f"{cookie_name(parts)}={secret}", "X-CSRF-Token": found.csrf}

    return headers


def probe(operation, headers, examples=EXAMPLES):
    """Try one route; returns what went wrong, or None."""

    @given(case=operation.as_strategy())
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def tried(case):
        answer = case.call(headers=headers)
        if answer.status_code == 503 and operation.path == "/readyz":
            return
        case.validate_response(answer, checks=CHECKS)

    try:
        tried()
    except (AssertionError, BaseExceptionGroup) as error:  # every fault of every route, not the first
        return f"{operation.method.upper()} {operation.path}: {error}"
    return None


def test_no_route_has_a_server_error_or_an_undocumented_answer(application, token):
    schema = schemathesis.openapi.from_asgi("/openapi.json", application)
    headers = {"Authorization": f"Bearer {token}"}
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 100
    faults = [fault for operation in operations if (fault := probe(operation, headers))]
    assert not faults, "\n\n".join(faults)


def test_no_route_has_one_for_somebody_who_is_signed_in(application, supplier):
    schema = schemathesis.openapi.from_asgi("/openapi.json", application)
    operations = [result.ok() for result in schema.get_all_operations()]
    faults = [
        fault for operation in operations if (fault := probe(operation, supplier(), EXAMPLES_OF_A_PERSON))
    ]
    assert not faults, "\n\n".join(faults)


def test_no_route_that_needs_a_token_answers_without_one(application):
    open_to_all = {"/healthz", "/readyz", "/metrics"}
    # Somebody unknown applies; what a party shows may be checked by anybody.
    may_be_unknown = {("post", "/api/v1/applications"), ("get", "/api/v1/files/{hash}/proof")}
    schema = application.openapi()
    with TestClient(application) as client:
        for path, item in schema["paths"].items():
            for method, operation in item.items():
                if "security" not in operation or path in open_to_all or (method, path) in may_be_unknown:
                    continue
                filled = path.replace("{number}", "1").replace("{token_id}", "0" * 16)
                answer = client.request(method, re.sub(r"\{[^}]+\}", "x", filled))
                assert answer.status_code == 401, f"{method} {path}"
