"""The store on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from relay.cli.doctor.finding import Finding, error, ok, warning
from relay.settings.daemon import StoreSettings

SCHEME = "postgresql+psycopg"
MORE = 2
"""The connections of a process besides one for each thread."""
_FACTS = """
SELECT current_setting('server_version'),
       pg_database_size(current_database()),
       current_setting('max_connections')::int
           - current_setting('superuser_reserved_connections')::int
           - (SELECT count(*) FROM pg_stat_activity
              WHERE backend_type = 'client backend'),
       has_schema_privilege(current_schema(), 'CREATE')
"""


def place(url: str) -> str:
    """Return host and database of a URL, without user, password and options."""
    hosts, _, database = url.removeprefix(f"{SCHEME}://").partition("/")
    return f"{hosts.rpartition('@')[2]}/{database.partition('?')[0]}"


def read_server(store: StoreSettings) -> tuple[str | None, list[Finding]]:
    """
    Connect to the server of a store.

    :returns: the version of the store, None for a database without one, and what else
        was found.
    :raises ValueError: with one line when the server cannot be asked.
    """
    try:
        import psycopg
    except ImportError:
        raise ValueError("the package psycopg is not installed") from None
    url = f"postgresql{store.url.removeprefix(SCHEME)}"
    try:
        with closing(psycopg.connect(url, connect_timeout=5)) as connection:
            connection.read_only = True
            facts = connection.execute(_FACTS).fetchone()
            named = "SELECT to_regclass('alembic_version') IS NOT NULL"
            version = None
            if connection.execute(named).fetchone() == (True,):
                row = connection.execute(
                    "SELECT version_num FROM alembic_version"
                ).fetchone()
                version = None if row is None else str(row[0])
    except psycopg.Error as problem:
        raise ValueError(" ".join(str(problem).split())) from None
    assert facts is not None
    return version, list(_findings(place(store.url), store.threads + MORE, *facts))


def _findings(
    where: str, needed: int, version: str, size: int, free: int, may_create: Any
) -> Iterator[Finding]:
    shown = f"{where} has {size / 2**20:.1f} MiB, PostgreSQL {version}"
    yield ok("store", shown)
    if free < needed:
        advice = "raise max_connections of the server, or reduce store.threads"
        found = f"{where} has {free} free connections, a daemon takes {needed}"
        yield warning("store", found, advice)
    if not may_create:
        advice = "make the role of the daemon the owner of the database"
        yield error("store", f"{where}: this role may not create tables", advice)
