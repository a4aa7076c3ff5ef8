"""Every page of the portal is accessible by the rules that a program can check, on a phone and on a desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.pages_to_see import PAGES

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]

#: axe runs in the page's own world, but not as a script of the page: its policy allows none.
RUN = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"


def violations(page):
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(RUN, TAGS)["violations"]
    return [(each["id"], each["nodes"][0]["html"], each["help"]) for each in found]


def overflow(page):
    """How many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


SMALL = """() => [...document.querySelectorAll("a, button, summary, input, select, textarea")]
  .filter(each => each.checkVisibility() && !each.matches(".skip"))
  .filter(each => !each.closest("p, li span, td, th, dd, .skip"))
  .filter(each => each.getBoundingClientRect().height < (["checkbox", "radio"].includes(each.type) ? 24 : 44))
  .map(each => each.outerHTML)"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_has_a_violation_nor_runs_over_the_edge(site, visit, language, width):
    pages, found = {}, {}
    for each in PAGES:
        if each.seat not in pages:
            pages[each.seat] = visit(site, each.seat, language, width)
        page = pages[each.seat]
        path = each.path.format(**site.made)
        answer = page.goto(site.url + path)
        assert answer.status == each.status, path
        wrong = violations(page) + [("over the edge", overflow(page))] * (overflow(page) > 0)
        wrong += [("smaller than 44 pixels", small) for small in page.evaluate(SMALL)]
        if wrong:
            found[f"{each.seat} {path}"] = wrong
    assert found == {}


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_what_is_wrong_with_a_form_leads_to_its_fields_by_links_that_fingers_hit(site, visit, width):
    page = visit(site, None, width=width)
    page.goto(site.url + "/apply")
    page.evaluate("document.querySelector('main form').submit()")
    page.wait_for_selector(".summary li a")
    assert (violations(page), overflow(page), page.evaluate(SMALL)) == ([], 0, [])
    link = page.locator(".summary li a").first
    link.click()
    assert page.evaluate("document.activeElement.id") == link.get_attribute("href")[1:]


@pytest.mark.browser
def test_a_page_without_a_name_for_a_field_would_be_found(site, visit):
    page = visit(site, None)
    page.goto(site.url + "/")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert [each[0] for each in violations(page)] == ["label"]
