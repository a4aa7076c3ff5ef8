"""Nobody stands at a dead end: an applicant finds his application again, the registrar finds every firm."""

from __future__ import annotations

import re

import file_samples as samples
import qualification_world as world
from portal.pages_to_see import APPLICANT


def test_who_is_not_a_supplier_yet_finds_the_way_from_where_one_signs_in(client):
    assert 'href="/apply"' in client.get("/sign-in").text


def test_an_applicant_is_led_back_to_his_application_from_everywhere(signed_in):
    browser = signed_in(APPLICANT)
    front = browser.get("/").text
    assert 'href="/apply">进入我的页面' in re.sub(r"\s+", " ", re.sub(r' class="[^"]*"', "", front))
    assert 'href="/apply"' in browser.get("/supplier").text


def test_the_registrar_opens_a_firm_that_he_did_not_decide_on(signed_in, parties):
    desk = signed_in("registrar")
    listed = desk.get("/admin/parties").text
    assert all(f'href="/admin/parties/{number}"' in listed for number in parties)
    further = desk.get(f"/admin/parties?after={parties[0]}").text
    assert f'href="/admin/parties/{parties[0]}"' not in further
    assert f'href="/admin/parties/{parties[1]}"' in further
    assert 'href="/admin/parties"' in desk.get("/admin").text
    assert signed_in("signer").get("/admin/parties").status_code == 403


def test_the_review_says_which_paper_is_wrong(client, signed_in):
    browser = signed_in(APPLICANT)
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/apply/papers").text)[1]
    paper = {"kind": "production-licence", "issuer": "上海市监局", "validFrom": "2024-05-01"}
    for number in (world.SC, "SC123"):
        file = {"file": ("scan.pdf", samples.pdf(number), "application/pdf")}
        answer = browser.post(
            "/apply/papers",
            data={"csrf": token, **paper, "number": number, "validUntil": "2027-04-30"},
            files=file,
        )
        assert answer.status_code == 303, answer.text
    review = browser.get("/apply/review").text
    assert re.search(r"SC123</code>：编号不符合", review)
    assert not re.search(rf"{world.SC}</code>：编号不符合", review)
