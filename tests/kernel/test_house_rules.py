"""The rules of the house that no linter knows: sizes, names, rooms that can be entered freely."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BACKEND = ROOT / "backend"
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base"}

#: Path from the root, or path::function -> why it may be longer. Ideally empty.
LONGER: dict[str, str] = {}

SOURCES = sorted(
    path for path in BACKEND.rglob("*.py") if not {"__pycache__", "migrations"} & set(path.parts)
)
MODULES = [
    ".".join(path.relative_to(BACKEND).with_suffix("").parts).removesuffix(".__init__") for path in SOURCES
]


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(path: Path) -> list[tuple[str, int]]:
    """Each function with its length, its docstring not counted: that is not read as code."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                length -= (first.end_lineno or first.lineno) - first.lineno + 1
            found.append((f"{_named(path)}::{node.name}", length))
    return found


@pytest.mark.parametrize("path", SOURCES, ids=_named)
def test_a_file_and_its_functions_can_be_read_at_once(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    sizes = [(_named(path), lines, MAX_FILE_LINES)]
    sizes += [(name, length, MAX_FUNCTION_LINES) for name, length in _functions(path)]
    too_long = [f"{name}: {size} lines" for name, size, limit in sizes if size > limit and name not in LONGER]
    assert not too_long


def test_every_exemption_is_still_needed() -> None:
    sizes = {_named(path): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    functions = dict(pair for path in SOURCES for pair in _functions(path))
    for name in LONGER:
        size, limit = (functions, MAX_FUNCTION_LINES) if "::" in name else (sizes, MAX_FILE_LINES)
        assert size.get(name, 0) > limit, f"{name} needs no exemption any more"


@pytest.mark.parametrize("path", SOURCES, ids=_named)
def test_no_file_is_a_drawer_for_everything(path: Path) -> None:
    names = {*path.relative_to(BACKEND).parts[:-1], path.stem}
    assert not {name.strip("_") for name in names} & FORBIDDEN
    classes = [
        node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ClassDef)
    ]
    assert not [name for name in classes if name.endswith(("Manager", "Helper", "Utils", "Base"))]


_ENTER = """
import importlib, os, socket, sqlite3, subprocess, sys, threading

def barred(what):
    def refuse(*args, **kwargs):
        raise SystemExit(f"importing does {what}")
    return refuse

before, folder = dict(os.environ), sorted(os.listdir())
socket.socket.connect = barred("network access")
subprocess.Popen.__init__ = barred("start a process")
threads = threading.active_count()
failed = []
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except SystemExit as error:
        failed.append(f"{name}: {error}")
    except BaseException as error:
        failed.append(f"{name}: {type(error).__name__}: {error}")
if threading.active_count() != threads:
    failed.append("importing starts threads")
if sorted(os.listdir()) != folder:
    failed.append("importing writes files")
changed = {k for k in {*before, *os.environ} if before.get(k) != os.environ.get(k)} - {"ETH_HASH_BACKEND"}
if changed:
    failed.append(f"importing changes the environment: {sorted(changed)}")
print("\\n".join(failed))
"""


def test_every_room_can_be_entered_without_side_effects(tmp_path: Path) -> None:
    entered = [name for name in MODULES if not name.endswith("__main__")]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _ENTER, *entered],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


#: Every module of the kernel that the floors below food may know: nothing of our own, nothing of the outside.
OUTSIDE = {
    "sqlalchemy",
    "fastapi",
    "starlette",
    "httpx",
    "web3",
    "requests",
    "pydantic",
    "alembic",
    "psycopg",
}


def test_the_cellar_knows_no_database_and_no_network() -> None:
    code = "import sys, pkgutil, importlib, suyuan.kernel as k\n"
    code += "[importlib.import_module(m.name) for m in pkgutil.iter_modules(k.__path__, 'suyuan.kernel.')]\n"
    code += "print(*{name.split('.')[0] for name in sys.modules}, *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & OUTSIDE
    ours = {name for name in loaded if name.startswith("suyuan.")}
    assert all(name.startswith("suyuan.kernel") for name in ours)
