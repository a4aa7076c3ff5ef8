"""What is told anywhere is a topic that is written down, for readers and for the people who read pages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

import suyuan
from suyuan.notices.model import TOPICS
from suyuan.portal.language import LANGUAGES
from suyuan.portal.words import words

FILES = sorted(Path(suyuan.__file__).parent.rglob("*.py"))
TOPIC_AT = 3


def values(node: ast.expr, tree: ast.AST, scope: ast.AST) -> Iterator[str]:
    """Every text that an expression can be, as far as its module shows."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from values(node.body, tree, scope)
        yield from values(node.orelse, tree, scope)
    elif isinstance(node, ast.JoinedStr):
        for parts in product(*(list(values(each, tree, scope)) for each in node.values)):
            yield "".join(parts)
    elif isinstance(node, ast.FormattedValue):
        yield from values(node.value, tree, scope)
    elif isinstance(node, ast.Name):
        yield from named(node.id, tree, scope)
    else:
        pytest.fail(f"write the topic more plainly: {ast.unparse(node)}")


def named(name: str, tree: ast.AST, scope: ast.AST) -> Iterator[str]:
    """What a name stands for: set in the function, handed to it, set in the module, or brought in."""
    found = set_in(scope, name)
    if not found and isinstance(scope, ast.FunctionDef):
        places = [at for at, each in enumerate(scope.args.args) if each.arg == name]
        found = [call.args[places[0]] for call in calls(tree, scope.name) if places]
    for each in ast.walk(tree) if not found else ():
        if isinstance(each, ast.ImportFrom) and any(alias.name == name for alias in each.names):
            yield str(getattr(__import__(str(each.module), fromlist=[name]), name))
            return
    found = found or set_in(tree, name)
    assert found, f"nothing says what {name} is"
    for each in found:
        yield from values(each, tree, scope)


def set_in(tree: ast.AST, name: str) -> list[ast.expr]:
    found = (each for each in ast.walk(tree) if isinstance(each, ast.Assign))
    return [each.value for each in found if name in {ast.unparse(target) for target in each.targets}]


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == name
    ]


def told_topics() -> dict[str, str]:
    """Topic -> where it is told, over the whole program."""
    found = {}
    for path in FILES:
        tree = ast.parse(path.read_text())
        if not any(isinstance(each, ast.ImportFrom) and imports_tell(each) for each in tree.body):
            continue
        for scope in (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)):
            for call in calls(scope, "tell"):
                found |= dict.fromkeys(values(call.args[TOPIC_AT], tree, scope), path.name)
    return found


def imports_tell(node: ast.ImportFrom) -> bool:
    return (node.module or "").startswith("suyuan.notices") and any(
        each.name == "tell" for each in node.names
    )


def test_every_topic_that_is_told_is_written_down_and_every_one_written_down_is_told():
    told = told_topics()
    assert {"handover.disputed", "key.recovery.asked", "webhook.disabled"} <= told.keys()
    assert {topic: place for topic, place in told.items() if topic not in TOPICS} == {}
    assert TOPICS.keys() - told.keys() == set()


def test_a_page_has_words_for_every_topic():
    for language in LANGUAGES:
        w = words(language)
        assert [topic for topic in TOPICS if not w.has(f"home.notice.{topic}")] == []
