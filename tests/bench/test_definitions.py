"""Tests of `bench.definitions`: the files that it writes, and what it reads."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.definitions import management_port, write_definitions
from relay.cli.definitions.files import read_sources
from relay.cli.definitions.reading import read_definitions
from tests.installed import CATALOG


class InstrumentTests(SynchronousTestCase):
    """The instrument without a daemon."""

    def test_definitions(self) -> None:
        """Each API is valid, and has a plan and a state."""
        directory = Path(self.mktemp())
        write_definitions(directory, 3)
        found = read_definitions(read_sources([str(directory)]), CATALOG, {})
        self.assertEqual(found.problems, [])
        self.assertEqual(
            [one.key.hrid for one in found.found], ["api-000", "api-001", "api-002"]
        )
        for one in found.found:
            self.assertEqual((len(one.plans), one.body["state"]), (1, "STARTED"))

    def test_port(self) -> None:
        """It is in the log once the daemon is ready."""
        line = "listening on 127.0.0.1:4711 (management), 127.0.0.1:1 (technical)"
        self.assertEqual(management_port(line), 4711)
        self.assertEqual(management_port("Relay starts"), None)
