"""Tests of `bench.cluster`: a small run with a real engine."""

from __future__ import annotations

import json
import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

from bench.cluster import COLUMNS, table
from tests.repo.tree import ROOT


class ClusterTests(SynchronousTestCase):
    """What a channel with replicas costs."""

    def test_a_run(self) -> None:
        """Every replica gets every event, and each figure is there."""
        command = [sys.executable, "-m", "bench.cluster", "--replicas", "2,3", "--json"]
        command += ["--events", "20", "--rate", "200"]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(done.stdout)
        self.assertEqual([row["replicas"] for row in rows], [2, 3])
        for row in rows:
            self.assertEqual(set(row), set(COLUMNS))
            self.assertGreater(row["replica_us_per_event"], 0)
        self.assertEqual(len(table(rows).splitlines()), 4)
