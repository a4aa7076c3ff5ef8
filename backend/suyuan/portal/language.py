"""The language of a page: `?lang=`, else its cookie, else the account's, else the browser's."""

from __future__ import annotations

from fastapi import Request

from suyuan.passport.negotiation import wanted_language
from suyuan.portal.words import LANGUAGES

LANGUAGE_COOKIE = "suyuan_language"


def language_of(request: Request, account: str | None = None) -> str:
    """The language, zh or en; zh where nothing is said."""
    for each in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), account):
        if each in LANGUAGES:
            return each
    return wanted_language(request.headers.get("accept-language", ""), "")


def was_chosen(request: Request) -> bool:
    """Whether this request chooses a language, which is then kept."""
    return request.query_params.get("lang") in LANGUAGES


def other_language(request: Request, language: str) -> str:
    """The address of the same page in the other language; of a page that was posted, its plain address."""
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    return "?" + str(request.url.remove_query_params("said").include_query_params(lang=other).query)
