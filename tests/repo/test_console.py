"""The built files of the console are those of its sources."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.repo.tree import ROOT, committed

ASSETS = Path("relay") / "console" / "assets"
UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT", "ENETUNREACH")
"""How npm says that it cannot reach a registry."""
BOUND_S = 300


def contents(root: Path) -> dict[str, bytes]:
    """Read the built files of a checkout, by name."""
    return {one.name: one.read_bytes() for one in (root / ASSETS).iterdir()}


class BuildTests(SynchronousTestCase):
    """Building the console again."""

    def test_rebuilt(self) -> None:
        """``make console`` in a copy of the sources makes the committed files."""
        for program in ("make", "node", "npm"):
            if shutil.which(program) is None:
                raise SkipTest(f"needs {program}")
        copy = Path(self.mktemp()).absolute()
        for path in committed():
            if path.parts[0] == "console" or path == Path("Makefile"):
                (copy / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / path, copy / path)
        (copy / ASSETS).mkdir(parents=True)
        self.addCleanup(shutil.rmtree, copy, True)
        done = subprocess.run(
            ["make", "console"],
            cwd=copy,
            capture_output=True,
            text=True,
            timeout=BOUND_S,
        )
        if done.returncode and any(one in done.stderr for one in UNREACHABLE):
            raise SkipTest("needs a registry of npm packages")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        built, kept = contents(copy), contents(ROOT)
        self.assertEqual(sorted(built), sorted(kept))
        for name, content in built.items():
            self.assertEqual(content, kept[name], name)
