"""The fixture `database`: every test that uses it runs on an SQLite file and on a real PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from postgres_cluster import PostgresCluster, PostgresMissing
from suyuan.database import Database, upgrade

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A server for this test process; its files live in memory."""
    try:
        cluster = PostgresCluster()
    except PostgresMissing as reason:
        pytest.skip(str(reason))
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def _postgres_template(postgres: PostgresCluster) -> str:
    postgres.execute("CREATE DATABASE suyuan_template")
    _upgraded(postgres.url("suyuan_template"))
    return "suyuan_template"


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "suyuan.db"
    _upgraded(f"sqlite:///{path}")
    return path


def _upgraded(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@contextmanager
def _postgres_url(cluster: PostgresCluster, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    cluster.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY = FILE_COPY")
    try:
        yield cluster.url(name)
    finally:
        cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'suyuan.db'}"
    else:
        with _postgres_url(request.getfixturevalue("postgres"), "template0") as url:
            yield url


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with all tables; for tests that start processes of their own."""
    if request.param == "sqlite":
        path = tmp_path / "suyuan.db"
        shutil.copyfile(request.getfixturevalue("_sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        template = request.getfixturevalue("_postgres_template")
        with _postgres_url(request.getfixturevalue("postgres"), template) as url:
            yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with all tables."""
    found = Database(database_url)
    yield found
    found.close()


@pytest.fixture
def sqlite_database(_sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite only, for tests in which the kind of database plays no part (pages, commands)."""
    path = tmp_path / "suyuan.db"
    shutil.copyfile(_sqlite_template, path)
    found = Database(f"sqlite:///{path}")
    yield found
    found.close()
