"""Finding the object that a user names."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.errors import Failed
from relay.cli.objects.apis import APIS
from relay.cli.objects.reference import find, whole
from relay.cli.objects.users import TOKENS
from tests.cli.server import Call, Server

ID = "686f9f51-bce8-427c-a1a2-a0498661d841"
ALL: list[dict[str, Any]] = [
    {"id": ID, "hrid": "orders", "name": "Orders"},
    {"id": "2", "hrid": "second", "name": "Double"},
    {"id": "3", "hrid": "third", "name": "Double"},
    {"id": "4", "hrid": "Orders-2", "name": "orders"},
]


def answer(call: Call) -> tuple[int, Any]:
    """Answer as the management API does, with two objects on a page."""
    if call.path.endswith("/apis"):
        page = int(call.query["page"][0])
        data = ALL[2 * page - 2 : 2 * page]
        pagination = {"page": page, "pageCount": 2, "pageItemsCount": len(data)}
        return 200, {"data": data, "pagination": pagination}
    return (200, ALL[0]) if call.path.endswith(ID) else (404, {"message": "none"})


class ReferenceTests(SynchronousTestCase):
    """By id, hrid or name."""

    def setUp(self) -> None:
        """Make a server."""
        self.server = Server(answer)

    def found(self, reference: str) -> dict[str, Any]:
        """Find an API."""
        work = find(self.server.client(), APIS, APIS.path, reference)
        return self.successResultOf(Deferred.fromCoroutine(work))

    def test_by_id(self) -> None:
        """One call is made."""
        self.assertEqual(self.found(ID), ALL[0])
        self.assertEqual(len(self.server.calls), 1)

    def test_by_hrid_and_name(self) -> None:
        """The hrid of one object comes before the name of another."""
        self.assertEqual(self.found("orders"), ALL[0])
        self.assertEqual(self.found("Orders"), ALL[0])
        self.assertEqual(self.found("third"), ALL[2])

    def test_an_ambiguous_name(self) -> None:
        """The ids are listed."""
        work = find(self.server.client(), APIS, APIS.path, "Double")
        failure = self.failureResultOf(Deferred.fromCoroutine(work), Failed)
        self.assertEqual(
            failure.value.format_message(),
            "2 apis have the name Double; use the id\n  2\n  3",
        )

    def test_what_does_not_exist(self) -> None:
        """It is named."""
        for reference in ("nothing", ID.replace("6", "7")):
            work = find(self.server.client(), APIS, APIS.path, reference)
            failure = self.failureResultOf(Deferred.fromCoroutine(work), Failed)
            self.assertEqual(str(failure.value), f"there is no API {reference}")

    def test_all_pages(self) -> None:
        """The document is that of the first page, with the objects of all."""
        work = whole(self.server.client(), APIS, APIS.path, {})
        document = self.successResultOf(Deferred.fromCoroutine(work))
        self.assertEqual(document["data"], ALL)
        self.assertEqual(document["pagination"]["pageItemsCount"], 4)

    def test_a_list_without_pages(self) -> None:
        """It is asked for without parameters, and is what it is."""
        server = Server(lambda call: (200, [{"id": "1", "name": "ci"}]))
        work = find(server.client(), TOKENS, TOKENS.path, "ci")
        one = self.successResultOf(Deferred.fromCoroutine(work))
        self.assertEqual(one["id"], "1")
        self.assertEqual(server.calls[0].query, {})
