"""The data directory: the store and the disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from relay.cli.doctor.finding import Finding, error, ok, warning
from relay.cli.doctor.postgres import place, read_server
from relay.settings.schema import Settings

LARGE_WAL = 64 * 2**20
FEW_BYTES = 2**30
FEWEST_BYTES = 128 * 2**20
_PREFIX = "sqlite:///"


def newest_version() -> str:
    """Return the version of the store that this Relay writes."""
    import relay

    versions = Path(relay.__file__).parent / "store" / "migrations" / "versions"
    return max(path.name[:4] for path in versions.glob("[0-9]*.py"))


def check_store(settings: Settings) -> Iterator[Finding]:
    """Open the store for reading, and see whether it could be written."""
    if settings.store.url.startswith(_PREFIX):
        yield from _check_file(settings)
    else:
        yield from _check_server(settings)


def _check_server(settings: Settings) -> Iterator[Finding]:
    where = place(settings.store.url)
    try:
        version, findings = read_server(settings.store)
    except ValueError as problem:
        advice = "see whether psql connects with the same URL"
        yield error("store", f"{where}: {problem}", advice)
        return
    if version is None:
        yield ok("store", f"{where} has no tables yet; the first start creates them")
    else:
        yield _version(where, version, "make a dump with pg_dump before the start")
    yield from findings


def _check_file(settings: Settings) -> Iterator[Finding]:
    path = Path(settings.store.url.removeprefix(_PREFIX))
    if not path.exists():
        directory = path.parent
        while not directory.exists():
            directory = directory.parent
        if os.access(directory, os.W_OK):
            yield ok("store", f"{path} does not exist yet; the first start creates it")
        else:
            advice = f"let the user of the daemon write to {directory}"
            yield error("store", f"{path} does not exist, and cannot be made", advice)
        return
    try:
        version, journal = _read(path)
    except sqlite3.Error as problem:
        advice = "see whether the file is a store; relay-backup makes copies of it"
        yield error("store", f"{path}: {problem}", advice)
        return
    if version is None:
        advice = "name the store of Relay in store.url"
        yield error("store", f"{path} is no store of Relay", advice)
    else:
        advice = "make a copy with relay-backup before the start"
        yield _version(str(path), version, advice)
    size = path.stat().st_size
    yield ok("store", f"{path} has {size / 2**20:.1f} MiB, journal {journal}")
    yield from _wal(path)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        advice = "run relay doctor as the user of the daemon, or change the owner"
        yield warning("store", f"this user cannot write {path}", advice)


def _read(path: Path) -> tuple[str | None, str]:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=2)) as store:
        (journal,) = store.execute("PRAGMA journal_mode").fetchone()
        try:
            row = store.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            row = None
    return (None if row is None else str(row[0])), str(journal)


def _version(path: str, version: str, before: str) -> Finding:
    """
    Compare the version of a store.

    :param before: the advice before a migration.
    """
    newest = newest_version()
    if version > newest:
        advice = "install the Relay that wrote it: older ones do not start on it"
        found = f"{path} has the version {version}, this Relay writes {newest}"
        return error("store", found, advice)
    if version < newest:
        found = f"{path} has the version {version}; the next start migrates to {newest}"
        return warning("store", found, before)
    return ok("store", f"{path} has the version {version} of this Relay")


def _wal(path: Path) -> Iterator[Finding]:
    try:
        size = path.with_name(f"{path.name}-wal").stat().st_size
    except FileNotFoundError:
        return
    shown = f"the write-ahead log has {size / 2**20:.1f} MiB"
    if size > LARGE_WAL:
        advice = (
            "end programs that keep a transaction open, such as a sqlite3 shell; the "
            "log is truncated when the last daemon stops"
        )
        yield warning("store", shown, advice)
    else:
        yield ok("store", shown)


def check_disk(directory: str, free: int | None = None) -> Finding:
    """
    Check the free space of the data directory's file system.

    :param free: in bytes; None to ask the system.
    """
    path = Path(directory)
    while not path.exists():
        path = path.parent
    if free is None:
        free = shutil.disk_usage(path).free
    shown = f"{free / 2**30:.1f} GiB are free for {directory}"
    advice = (
        "free space, or reduce records.max_bytes and log.access_keep: without space, "
        "writes are refused"
    )
    if free < FEWEST_BYTES:
        return error("disk", shown, advice)
    return warning("disk", shown, advice) if free < FEW_BYTES else ok("disk", shown)
