"""Every test of the store, on a PostgreSQL server.

Each class of tests that has a ``kind`` of database is run a second time here, unless it
has ``only_files``: then it is about a SQLite file.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from unittest import TestCase

from twisted.trial.unittest import SynchronousTestCase

import tests.store
from tests.servers import postgres
from tests.store.databases import FileDatabase, ServerDatabase

_PLACE = Path(str(tests.store.__file__)).parent


def _modules() -> Iterator[str]:
    for path in sorted(_PLACE.rglob("test_*.py")):
        inner = path.relative_to(_PLACE).with_suffix("").parts
        yield ".".join((tests.store.__name__, *inner))


def _classes() -> Iterator[type[TestCase]]:
    for name in _modules():
        for one in vars(importlib.import_module(name)).values():
            if (
                isinstance(one, type)
                and issubclass(one, TestCase)
                and one.__module__ == name
                and getattr(one, "kind", None) is FileDatabase
                and not getattr(one, "only_files", False)
            ):
                yield one


def _on_server(original: type[TestCase]) -> type[TestCase]:
    """Make the class whose tests run on a server."""
    changed: dict[str, object] = {"kind": ServerDatabase, "__module__": __name__}
    if reason := postgres.missing():
        changed["skip"] = reason
    return type(f"{original.__name__}OnPostgres", (original,), changed)


TWINS = {one.__name__: one for one in map(_on_server, _classes())}
globals().update(TWINS)


class CompletenessTests(SynchronousTestCase):
    """The tests are run."""

    def test_no_class_hides_another(self) -> None:
        """Two classes of one name would be one here."""
        names = [one.__name__ for one in _classes()]
        self.assertEqual(sorted(set(names)), sorted(names))
        self.assertGreater(len(names), 25)
