"""The file of the last route table."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.deploy.everything import Everything
from relay.deploy.last_table import LastTable, TableFile, UnusableTable
from relay.model.consumers.records import Entitlement, KeyState
from relay.model.policy_groups.records import DeployedGroup
from relay.model.records import Deployment, ServingReport

GROUP = DeployedGroup(
    "cross", "group", "REQUEST", 2, ({"policy": "x"}, {"policy": "y"})
)
NEWEST = Deployment(
    "d2", "api-1", 2, "label", {"name": "é"}, ({"id": "p"},), 7, {"cross": GROUP}
)
OLDER = Deployment("d1", "api-1", 1, None, {"name": "e"}, (), 6)
SUBSCRIPTION = Entitlement(
    "s1",
    "api-1",
    "p",
    "app",
    None,
    9_000,
    (KeyState("digest", 8_000, False), KeyState("other", None, True)),
    "client",
    "certificate",
    {"oauth": {"client_id": "client"}},
    {"entrypointId": "webhook"},
    False,
    "reader",
    {"colour": "red"},
)
TABLE = LastTable(
    Everything(
        {"s1": SUBSCRIPTION},
        frozenset({"closed", "gone"}),
        [NEWEST],
        {"api-1": ServingReport(2, 1, "no file")},
        {"api-1": OLDER},
    ),
    5_000,
    True,
    b"\x01\x02",
)


class TableFileTests(SynchronousTestCase):
    """A file in a directory of its own."""

    def setUp(self) -> None:
        """Make the directory."""
        self.path = Path(self.mktemp()).absolute() / "route-table"
        self.path.parent.mkdir()
        self.file = TableFile(self.path, "db.example.com/relay")

    def unusable(self, why: str) -> None:
        """Assert that the table is not read."""
        error = self.assertRaises(UnusableTable, self.file.read)
        self.assertEqual(str(error), why)

    def test_what_was_written_is_read(self) -> None:
        """Everything is equal, so that no deployment is made ready again."""
        self.assertIsNone(self.file.read())
        self.file.write(TABLE)
        self.assertEqual(self.file.read(), TABLE)
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.file.write(TABLE._replace(alone=False))
        self.assertEqual(self.file.read(), TABLE._replace(alone=False))
        self.assertEqual(list(self.path.parent.iterdir()), [self.path])

    def test_a_damaged_table_is_not_used(self) -> None:
        """Any byte may have changed, and any part of the end be missing."""
        self.file.write(TABLE)
        whole = self.path.read_bytes()
        for end in range(len(whole)):
            self.path.write_bytes(whole[:end])
            self.unusable("it is damaged")
        for at in range(len(whole)):
            changed = bytes((whole[at] ^ 1,))
            self.path.write_bytes(whole[:at] + changed + whole[at + 1 :])
            self.unusable("it is damaged")

    def test_the_table_of_another_store_is_not_used(self) -> None:
        """The store is told by its place."""
        TableFile(self.path, "db.example.com/other").write(TABLE)
        self.unusable("it is the table of another store")
        self.assertNotIn("db.example.com", self.path.read_text())

    def test_another_version_is_not_used(self) -> None:
        """A newer Relay may have written it."""
        self.file.write(TABLE)
        for member in ({"version": 2}, {"format": "other"}):
            lines = self.path.read_text().splitlines()
            self.write_lines([json.dumps(json.loads(lines[0]) | member)])
            self.unusable("another version of Relay has written it")

    def test_another_document_is_not_used(self) -> None:
        """It has a digest, and no table."""
        for line in ("{}", "[]", "1", "no JSON"):
            self.write_lines([line])
            self.unusable("it is not a route table")

    def write_lines(self, lines: list[str]) -> None:
        """Write lines with their digest."""
        content = "".join(f"{line}\n" for line in lines).encode()
        digest = hashlib.sha256(content).hexdigest()
        self.path.write_bytes(content + b'{"sha256":"%s"}\n' % digest.encode())

    def test_a_table_that_cannot_be_written_leaves_the_one_before(self) -> None:
        """No other file is left."""
        self.file.write(TABLE)
        broken = TABLE._replace(at_ms=object())  # type: ignore[arg-type]
        self.assertRaises(TypeError, self.file.write, broken)
        self.assertEqual(self.file.read(), TABLE)
        self.assertEqual(list(self.path.parent.iterdir()), [self.path])
