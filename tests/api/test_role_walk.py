"""Every route with every sort of caller, about his own and about others' things: who gets in, and no leak.

The ways are declared in tests/roles/api_ways.py and page_ways.py; a new route fails the first test until it
stands there. What is foreign and what does not exist are answered alike, and nothing of others changes.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import pytest

from portal.site import NOW, make_gateway
from roles import api_ways, callers, page_ways, walking
from roles.planted import plant
from suyuan.app import PAGES, ROUTERS, create_app
from suyuan.database import Database
from suyuan.kernel.clock import FixedClock

pytestmark = pytest.mark.slow

#: Ways that need a signature, a code, a key or a state of the moment; their rooms' tests go them to the end.
NEEDS_MORE = {
    "DELETE /api/v1/parties/{number}/keys/{address}",
    "GET /api/v1/lots/{lot:path}/proof",
    "GET /find",
    "GET /readyz",
    "GET /sign-in/company",
    "POST /account/codes/confirm",
    "POST /api/v1/account/totp/confirmation",
    "POST /api/v1/handovers/{identifier}/measurements",
    "POST /api/v1/parties/{number}/keys/own",
    "POST /api/v1/parties/{number}/keys/recoveries",
    "POST /api/v1/signatures",
    "POST /api/v1/submissions/prepared/{identifier}",
    "POST /api/v1/test-reports",
    "POST /api/v1/uploads/{identifier}/choice",
    "POST /api/v1/uploads/{identifier}/documents/prepare",
    "POST /api/v1/uploads/{identifier}/documents/submit",
    "POST /api/v1/uploads/{identifier}/fixes",
    "POST /api/v1/uploads/{identifier}/mapping",
    "POST /apply/contact",
    "POST /apply/firm",
    "POST /apply/review",
    "POST /sign-in/code",
    "POST /supplier/drafts/{identifier}/choice",
    "POST /supplier/drafts/{identifier}/fixes",
    "POST /supplier/drafts/{identifier}/mapping",
    "POST /supplier/handovers/{identifier}/prepare",
    "POST /supplier/inspections/new",
    "POST /supplier/inspections/prepare",
    "POST /supplier/keys/proof/{identifier}",
    "POST /supplier/keys/suspicion",
    *(
        f"{method} /{key}/{{rest:path}}"
        for key in (*api_ways.LINKS, "8017", "8018")
        for method in ("GET", "HEAD")
    ),
}


@dataclass
class Walked:
    app: object
    world: object
    steps: list


@pytest.fixture(scope="module")
def walked(_sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("roles")
    shutil.copyfile(_sqlite_template, folder / "suyuan.db")
    database = Database(f"sqlite:///{folder / 'suyuan.db'}")
    gateway = make_gateway(database, folder, FixedClock(NOW))
    world = plant(gateway)
    everybody = callers.everybody(world)
    app = create_app(gateway)
    walk = walking.Walk(world, app, folder / "suyuan.db")
    on_pages = [each for each in everybody if each.is_person or each.name in {"nobody", "A's admin token"}]
    steps = walk.all(api_ways.WAYS, everybody) + walk.all(page_ways.WAYS, on_pages, is_page=True)
    yield Walked(app, world, steps)
    walk.close()
    database.close()


def told(steps):
    return "\n".join(map(str, steps[:40]))


def routes():
    routers = [*(each.router for each in ROUTERS), *PAGES]
    return {f"{method} {route.path}" for each in routers for route in each.routes for method in route.methods}


def test_every_route_of_the_application_is_walked():
    assert routes() | {"GET /openapi.json"} == set(api_ways.WAYS) | set(page_ways.WAYS)


def test_every_operation_of_the_document_is_walked(walked):
    paths = {route.replace(":path", "") for route in api_ways.WAYS}
    for path, item in walked.app.openapi()["paths"].items():
        assert {f"{method.upper()} {path}" for method in item} <= paths


def test_each_way_opens_for_those_who_may_go_it_and_for_nobody_else(walked):
    wrong = [each for each in walked.steps if each.status not in each.statuses]
    assert not wrong, told(wrong)


def test_no_answer_holds_a_word_of_others(walked):
    wrong = [each for each in walked.steps if each.leaked]
    assert not wrong, "\n".join(f"{each} {each.leaked[:5]}" for each in wrong[:40])


def test_what_is_foreign_is_answered_like_what_does_not_exist(walked):
    hidden = [each for each in walked.steps if each.meant == "hidden"]
    assert len(hidden) > 500
    wrong = [each for each in hidden if each.differs]
    assert not wrong, "\n".join(f"{each} {each.differs}" for each in wrong[:20])


def test_who_may_not_act_changes_nothing(walked):
    wrong = [each for each in walked.steps if each.changed and each.meant != "open"]
    assert not wrong, "\n".join(f"{each} {each.changed}" for each in wrong[:40])


def test_who_may_act_does_act_so_that_the_walk_is_no_walk_past_closed_doors(walked):
    acted = {each.route for each in walked.steps if each.meant == "open" and each.status < 400}
    ways = api_ways.WAYS | page_ways.WAYS
    meant = {route for route, way in ways.items() if min(way.opens) < 400}
    assert meant - acted <= NEEDS_MORE, meant - acted - NEEDS_MORE


def test_words_that_were_planted_are_told_to_their_own_side(walked):
    """The search for leaks can find what it looks for."""
    found = {each.route for each in walked.steps if each.is_own and each.caller == "A's admin"}
    assert len(found) > 20
