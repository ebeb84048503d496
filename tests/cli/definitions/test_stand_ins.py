"""Checks of definitions without the values of their placeholders."""

from __future__ import annotations

import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.files import Source
from relay.cli.definitions.reading import Definitions, Invalids, read_definitions
from tests.cli.definitions.made import api, application, subscription
from tests.installed import CATALOG

ABSENT = "${{ env.ABSENT }}"


def read(*documents: dict[str, Any]) -> Definitions:
    """Read documents without any value."""
    sources = [
        Source(f"{number}.json", json.dumps(one).encode())
        for number, one in enumerate(documents)
    ]
    return read_definitions(sources, CATALOG, {}, (), True)


def with_target(target: str) -> dict[str, Any]:
    """Return an API with the target of an endpoint."""
    document = api("orders")
    endpoint = document["endpointGroups"][0]["endpoints"][0]
    endpoint["configuration"]["target"] = target
    return document


def with_path(path: str) -> dict[str, Any]:
    """Return an API with a path."""
    document = api("orders")
    document["listeners"][0]["paths"] = [{"path": path}]
    return document


def with_member(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a document with a value that is not known as a member."""
    return {**document, name: ABSENT}


class StandInTests(SynchronousTestCase):
    """Values that are not known are no problems."""

    def test_fields_of_all_forms(self) -> None:
        """The value of any field can be missing, alone or as a part of a text."""
        for document in (
            with_target(ABSENT),
            with_target(f"https://{ABSENT}/sse"),
            with_target(f"https://events.example:{ABSENT}/sse"),
            with_path(ABSENT),
            with_path(f"/{ABSENT}/orders"),
            with_member(api("orders"), "name"),
            with_member(api("orders"), "hrid"),
            with_member(api("orders"), "type"),
            with_member(api("orders"), "visibility"),
            application("shop", name=ABSENT),
            application("shop", settings={"app": {"clientId": ABSENT}}),
            application("shop", settings={"tls": {"clientCertificate": ABSENT}}),
            subscription("a-b", ABSENT, ABSENT, ABSENT),
        ):
            definitions = read(document)
            self.assertEqual(len(definitions.found), 1, document)
            self.assertEqual(definitions.unset, {"ABSENT"}, document)
            self.assertEqual(definitions.problems, [], document)

    def test_other_problems(self) -> None:
        """They are reported, and nothing else is."""
        wrong = with_target(ABSENT)
        wrong["plans"][0]["security"]["type"] = "NONE"
        error = self.assertRaises(Invalids, read, wrong, with_path("a b"))
        self.assertEqual(len(error.lines), 2, error.lines)
        self.assertIn("plans[0].security.type", error.lines[0])
        self.assertIn("paths[0].path", error.lines[1])

    def test_different_values(self) -> None:
        """Variables of different names have different values."""
        first, second = ({**api("x"), "hrid": f"${{{{ env.{n} }}}}"} for n in "AB")
        self.assertEqual(len(read(first, second).found), 2)
