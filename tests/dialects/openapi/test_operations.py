"""Tests of `relay.dialects.openapi.operations`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.openapi.operations import Operation, make_flows, read_operations
from relay.dialects.openapi.references import References
from tests.dialects.openapi.descriptions import members


class OperationTests(SynchronousTestCase):
    """Each path and method is an operation."""

    def _read(
        self, paths: Any, **more: Any
    ) -> tuple[list[Operation], list[tuple[str, str]]]:
        document = members(paths=paths, **more)
        references = References({"paths": paths, **more}, "")
        read = read_operations(document, references)
        report = document.report
        return read, [(one.path, str(one.severity)) for one in report.findings]

    def test_operations(self) -> None:
        """With their parameters, names and requirements."""
        paths = {
            "/boats/{boat-id}": {
                "parameters": [],
                "get": {"operationId": "boat"},
                "delete": {"summary": "Sink", "security": [{"a": []}]},
            },
            "x-note": {"get": {}},
        }
        read, found = self._read(paths)
        self.assertEqual(found, [])
        self.assertEqual(
            [(one.path, one.method, one.name) for one in read],
            [("/boats/:boat-id", "GET", "boat"), ("/boats/:boat-id", "DELETE", "Sink")],
        )
        assert read[1].security is not None
        self.assertEqual(read[1].security.at, "paths./boats/{boat-id}.delete.security")

    def test_similar_paths(self) -> None:
        """Paths are no names of members: each spelling is its own."""
        read, found = self._read({"/a-b": {"get": {}}, "/a_b": {"get": {}}})
        self.assertEqual(found, [])
        self.assertEqual([one.path for one in read], ["/a-b", "/a_b"])

    def test_part_of_a_segment(self) -> None:
        """The path then stands for more: that is reported."""
        read, found = self._read({"/files/{name}.json": {"get": {}}})
        self.assertEqual([one.path for one in read], ["/files/:name"])
        self.assertEqual(found, [("paths./files/{name}.json", "warning")])

    def test_references(self) -> None:
        """A path may stand elsewhere in the description."""
        shared = {"boats": {"get": {"operationId": "boats"}}}
        read, found = self._read(
            {"/boats": {"$ref": "#/components/pathItems/boats"}},
            components={"pathItems": shared},
        )
        self.assertEqual([one.name for one in read], ["boats"])
        _, found = self._read({"/boats": {"$ref": "boats.yaml"}})
        self.assertEqual(found, [("paths./boats.$ref", "severe")])

    def test_servers_of_a_path(self) -> None:
        """Calls would go elsewhere."""
        servers = [{"url": "https://b.example"}]
        _, found = self._read({"/a": {"servers": servers, "get": {"servers": servers}}})
        self.assertEqual(
            found, [("paths./a.servers", "severe"), ("paths./a.get.servers", "severe")]
        )

    def test_wrong_shapes(self) -> None:
        """They are refused."""
        for paths, at in (
            ([], "paths"),
            ({"/a": 1}, "paths./a"),
            ({"/a": {"get": 1}}, "paths./a.get"),
        ):
            self.assertEqual(self._read(paths), ([], [(at, "severe")]))

    def test_flows(self) -> None:
        """One for each operation, for its path and method alone."""
        read, _ = self._read({"/a/{b}": {"get": {}, "put": {"operationId": "write"}}})
        document = members()
        flows = make_flows(read, document)
        self.assertEqual([one["name"] for one in flows], ["GET /a/:b", "write"])
        self.assertEqual(
            flows[1]["selectors"],
            [
                {
                    "type": "HTTP",
                    "path": "/a/:b",
                    "pathOperator": "EQUALS",
                    "methods": ["PUT"],
                }
            ],
        )
        self.assertEqual(
            document.report.origins.of("flows[1].selectors[0].path"), "paths./a/{b}.put"
        )
