"""Tables that follow one another as deployments change."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.routes import RouteTable
from relay.gateway.served import ServedApi
from relay.model.schema.types.request_target import RequestTarget


def served(name: str, *places: tuple[str | None, str], listeners: Any = ()) -> Any:
    """Make what a table needs to know of an API."""
    split = [(host, tuple(path.strip("/").split("/"))) for host, path in places]
    return cast(
        ServedApi, SimpleNamespace(id=name, places=split, listener_ids=listeners)
    )


class RouteTableTests(SynchronousTestCase):
    """A table is never changed: calls under way go on with theirs."""

    def found(self, table: RouteTable, path: str, host: str = "h") -> str | None:
        """Name the API of a path."""
        route = table.match(host, RequestTarget.parse(path.encode()), "default")
        return None if route is None else route.api.id

    def test_the_next_table_has_what_changed_and_all_the_rest(self) -> None:
        """
        A changed table keeps the other routes, and the previous table is not changed.
        """
        one, two = served("one", (None, "/a")), served("two", ("h", "/b"))
        first = RouteTable([one, two])
        new = served("new", (None, "/a"), ("h", "/c/d"))
        second = first.changed([one], [new])
        paths = ("/a", "/b", "/c/d", "/x")
        self.assertEqual(
            [self.found(first, path) for path in paths], ["one", "two", None, None]
        )
        self.assertEqual(
            [self.found(second, path) for path in paths], ["new", "two", "new", None]
        )
        third = second.changed([two, new], [])
        self.assertEqual([self.found(third, path) for path in paths], [None] * 4)
        self.assertEqual(self.found(second, "/b"), "two")

    def test_a_place_that_several_listeners_share(self) -> None:
        """Stays with those that are left."""
        one = served("one", (None, "/a"), (None, "/a"), listeners=("other",))
        two = served("two", (None, "/a"), listeners=("default",))
        table = RouteTable([one, two]).changed([one], [])
        self.assertEqual(self.found(table, "/a"), "two")
        self.assertIsNone(self.found(table.changed([two], []), "/a"))
