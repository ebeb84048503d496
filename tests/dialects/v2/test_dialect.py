"""Tests of `relay.dialects.v2.dialect`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.v2.dialect import VERSION_2
from tests.dialects.v2.definitions import definition, endpoint, proxy


def _names(document: dict[str, Any]) -> list[str]:
    return [one.name for one in VERSION_2 if one.recognises(document)]


class RecognisesTests(SynchronousTestCase):
    """A definition of version 2 is in one dialect exactly."""

    def test_snake_case(self) -> None:
        """The form of gateways."""
        self.assertEqual(_names(definition()), ["v2-snake"])

    def test_camel_case(self) -> None:
        """The form of the management API; one such name is enough."""
        named = definition(flowMode="DEFAULT")
        below = definition(proxy={"virtualHosts": [{"path": "/"}], "groups": []})
        flows = definition(flows=[{"pathOperator": {"path": "/"}}])
        for document in (named, below, flows):
            self.assertEqual(_names(document), ["v2-camel"])

    def test_older(self) -> None:
        """With a map of paths, or endpoints in no group."""
        paths = definition(paths={"/": []})
        endpoints = definition(proxy={"context_path": "/", "endpoints": [endpoint()]})
        for document in (paths, endpoints):
            self.assertEqual(_names(document), ["v2-paths"])

    def test_without_a_marker(self) -> None:
        """The proxy is enough, and the marker is enough."""
        self.assertEqual(_names({"name": "x", "proxy": {}}), ["v2-snake"])
        self.assertEqual(_names({"name": "x", "gravitee": "2.0.0"}), ["v2-snake"])
        self.assertEqual(_names({"name": "x", "definitionVersion": "V2"}), ["v2-camel"])

    def test_a_wrong_marker(self) -> None:
        """With a proxy and no listeners the definition is of version 2."""
        self.assertEqual(_names(definition(gravitee="4.0.0")), ["v2-snake"])

    def test_others(self) -> None:
        """Definitions of version 4 and other documents."""
        others: tuple[dict[str, Any], ...] = (
            {"listeners": [], "proxy": {}},
            {"gravitee": "4.0.0", "name": "x"},
            {"openapi": "3.1.0", "paths": {"/": {}}},
            {"kind": "ApiDefinition", "spec": definition()},
            {"proxy": "http://127.0.0.1"},
            {},
        )
        for document in others:
            self.assertEqual(_names(document), [])

    def test_read(self) -> None:
        """The draft has the name of the dialect."""
        (dialect,) = (one for one in VERSION_2 if one.name == "v2-snake")
        draft = dialect.read(definition(proxy=proxy()), "[1]")
        self.assertEqual((draft.kind, draft.dialect), ("api", "v2-snake"))
        self.assertEqual(draft.origins.of("name"), "[1].name")
