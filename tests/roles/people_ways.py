"""Routes of people and of qualification: who may go them."""

from __future__ import annotations

from roles import bodies
from roles.bodies import ACTED
from roles.scopes import ADMIN, ADMINS, REGISTRAR, TRAIL
from roles.table import ANYONE, KNOWN, PEOPLE, way

QUALIFICATION = {
    "POST /api/v1/applications": way(ANYONE, opens={201}, body=bodies.applying),
    "GET /api/v1/applications": way(KNOWN),
    "GET /api/v1/applications/{application}": way(KNOWN, "X", reach=REGISTRAR, application="application"),
    "PUT /api/v1/applications/{application}": way(
        KNOWN,
        "X",
        reach=REGISTRAR,
        opens=ACTED,
        body={"json": {"names": {"en": "Z"}}},
        application="application",
    ),
    "POST /api/v1/applications/{application}/documents": way(
        KNOWN, "X", reach=REGISTRAR, opens=ACTED, body=bodies.paper, application="application"
    ),
    "DELETE /api/v1/applications/{application}/documents/{document}": way(
        KNOWN, "X", reach=REGISTRAR, opens=ACTED, application="application", document="paper"
    ),
    "POST /api/v1/applications/{application}/submission": way(
        KNOWN, "X", reach=REGISTRAR, opens=ACTED, application="application"
    ),
    "POST /api/v1/applications/{application}/withdrawal": way(
        KNOWN, "X", reach=REGISTRAR, opens=ACTED, application="application"
    ),
    "DELETE /api/v1/applications/{application}/contact": way(
        KNOWN, "Y", reach=REGISTRAR, opens=ACTED, application="application"
    ),
    "GET /api/v1/applications/{application}/checks": way(REGISTRAR, "Y", application="application"),
    "POST /api/v1/applications/{application}/questions": way(
        REGISTRAR,
        "Y",
        opens=ACTED,
        body={"json": {"questions": [{"pointer": "/names", "text": "why?"}]}},
        application="application",
    ),
    "POST /api/v1/applications/{application}/refusal": way(
        REGISTRAR, "Y", opens=ACTED, body={"json": {"reason": "no"}}, application="application"
    ),
    "POST /api/v1/applications/{application}/approval": way(
        REGISTRAR, "Y", opens=ACTED, application="application"
    ),
    "GET /api/v1/documents": way(REGISTRAR),
    "GET /api/v1/parties/{number}/documents": way(KNOWN, number="number"),
    "POST /api/v1/parties/{number}/documents": way(ADMINS, opens=ACTED, body=bodies.paper, number="number"),
    "POST /api/v1/documents/{document}/approval": way(REGISTRAR, opens=ACTED, document="waiting"),
    "POST /api/v1/documents/{document}/refusal": way(
        REGISTRAR, opens=ACTED, body={"json": {"reason": "no"}}, document="waiting"
    ),
    "PUT /api/v1/documents/{document}/consent": way(
        ADMIN, opens=ACTED, body={"json": {"shown": True}}, document="approved"
    ),
}

SIGN_IN = {
    "POST /api/v1/session": way(
        ANYONE, opens={401}, body={"json": {"login": "x@example.com", "password": "x"}}
    ),
    "POST /api/v1/session/code": way(ANYONE, opens={401, 403}, body={"json": {"code": "000000"}}),
    "POST /api/v1/session/passkey/options": way(ANYONE, opens={200}),
    "POST /api/v1/session/passkey": way(ANYONE, opens={401, 422}, body={"json": {"answer": {}}}),
    "GET /api/v1/session": way(PEOPLE),
    "DELETE /api/v1/session": way(PEOPLE, opens={204}),
    "POST /api/v1/session/prove/options": way(PEOPLE, opens={200}),
    "POST /api/v1/session/prove": way(PEOPLE, opens={401, 422}, body={"json": {"password": "x"}}),
    "GET /api/v1/invitations/{code}": way(ANYONE, side="", shows_names=True, tells="A", code="invitation"),
    "POST /api/v1/invitations/{code}": way(
        ANYONE, side="", opens={422}, body={"json": {"password": "x"}}, tells="A", code="invitation"
    ),
    "POST /api/v1/account/password": way(
        PEOPLE, opens=ACTED, body={"json": {"password": "a long new password 7"}}
    ),
    "GET /api/v1/account/sessions": way(PEOPLE),
    "DELETE /api/v1/account/sessions/{session_id}": way(PEOPLE, opens={404}, session_id="session"),
    "POST /api/v1/account/totp": way(PEOPLE, opens=ACTED),
    "POST /api/v1/account/totp/confirmation": way(PEOPLE, opens=ACTED, body={"json": {"code": "000000"}}),
    "DELETE /api/v1/account/totp": way(PEOPLE, opens=ACTED),
    "POST /api/v1/account/passkeys/options": way(PEOPLE, opens=ACTED),
    "GET /api/v1/account/passkeys": way(PEOPLE),
    "POST /api/v1/account/passkeys": way(PEOPLE, opens={401}, body={"json": {"name": "x", "answer": {}}}),
    "DELETE /api/v1/account/passkeys/{passkey}": way(PEOPLE, opens={404}),
}

PEOPLES = {
    "GET /api/v1/people": way(ADMINS),
    "POST /api/v1/people": way(ADMINS, opens=ACTED | {403}, body=bodies.person),
    "GET /api/v1/people/{account}": way(ADMINS, account="guest"),
    "POST /api/v1/people/{account}/seats": way(
        ADMINS, opens=ACTED | {403}, body={"json": {"seats": ["auditor"]}}, account="guest"
    ),
    "POST /api/v1/people/{account}/link": way(
        ADMINS, opens=ACTED | {403}, body={"json": {}}, account="guest"
    ),
    "POST /api/v1/people/{account}/closing": way(ADMINS, opens=ACTED | {403}, account="guest"),
    "POST /api/v1/people/{account}/opening": way(ADMINS, opens=ACTED | {403}, account="guest"),
    "DELETE /api/v1/people/{account}": way(ADMINS, opens=ACTED | {403}, account="guest"),
    "GET /api/v1/trail": way(TRAIL),
    "POST /api/v1/companies": way(REGISTRAR, opens=ACTED, body=bodies.company),
    "GET /api/v1/companies": way(REGISTRAR),
    "DELETE /api/v1/companies/{company}": way(REGISTRAR, opens=ACTED, company="company"),
    "POST /api/v1/tokens": way(ADMINS, opens=ACTED, body=bodies.token),
    "GET /api/v1/tokens": way(ADMINS),
    "DELETE /api/v1/tokens/{token_id}": way(ADMINS, opens=ACTED, token_id="token"),
}
