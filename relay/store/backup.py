"""``relay-backup``: a copy of the store, while daemons run on it."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

PAGES = 1_000
"""How many pages are copied before writers have a turn; 4 MB."""


def back_up(store: Path, target: Path) -> None:
    """
    Copy a store by SQLite's online backup, which sees the write-ahead log.

    The copy is checked, and then takes the place of the target at once: a target is
    never half written.

    :param store: the database file.
    :param target: the file of the copy, whose directory exists.
    :raises OSError: when a file cannot be read or written.
    :raises sqlite3.Error: when the store is no database, or the copy is damaged.
    """
    if not store.is_file():
        raise FileNotFoundError("there is no such file")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    # A backup holds all keys' digests and definitions.
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        source_uri = f"{store.absolute().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(source_uri, uri=True)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy, pages=PAGES)
            # One file, which needs no write-ahead log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            (result,) = copy.execute("PRAGMA integrity_check").fetchone()
        if result != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {result}")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command.

    :param arguments: of the command line; None for those of the process.
    :return: the exit status: 0 when the copy is complete.
    """
    parser = argparse.ArgumentParser(
        prog="relay-backup",
        description="Copy the store of Relay. Daemons may run on it meanwhile.",
    )
    parser.add_argument(
        "--data-dir", default="./var", help="of the daemon [default: ./var]"
    )
    parser.add_argument(
        "--store", help="the database file [default: relay.db in the data directory]"
    )
    parser.add_argument("target", help="the file of the copy; it is replaced")
    given = parser.parse_args(arguments)
    store = Path(given.store or os.path.join(given.data_dir, "relay.db"))
    try:
        back_up(store, Path(given.target))
    except (OSError, sqlite3.Error) as error:
        print(f"relay-backup: {store}: {error}", file=sys.stderr)
        return 1
    return 0
