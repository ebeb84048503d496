"""``scripts/test`` reads trial's report right, whatever the tests did."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.repo.tree import ROOT

HEAD = "from twisted.trial.unittest import SkipTest, TestCase\n\nclass T(TestCase):\n"
PASS = "    def test_pass(self): pass\n"
FAIL = "    def test_fail(self): self.fail('no')\n"
ERROR = "    def test_error(self): 1 / 0\n"
SKIP = "    def test_skip(self): raise SkipTest('needs a\\nthing')\n"
SKIP_TOO = "    def test_skip_too(self): raise SkipTest('needs a\\nthing')\n"
EXPECTED = "    def test_todo(self): self.fail()\n    test_todo.todo = 'later'\n"
FIXED = "    def test_fixed(self): pass\n    test_fixed.todo = 'later'\n"
KILLED = "    def test_killed(self): import os; os._exit(0)\n"


class RunTests(SynchronousTestCase):
    """Each test runs the script on a project that holds one small suite."""

    def run_on(
        self, *tests: str, require_all: bool = False, asked: str = "tests"
    ) -> tuple[int, list[str]]:
        """The exit status, and the lines printed, of a run of these test methods."""
        project = Path(self.mktemp())
        for directory in ("scripts", "tests"):
            (project / directory).mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "test", project / "scripts" / "test")
        (project / "tests" / "__init__.py").touch()
        if tests:
            suite = project / "tests" / "test_suite.py"
            suite.write_text(HEAD + "".join(tests))
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        environment["RELAY_TEST_REQUIRE_ALL"] = "1" if require_all else "0"
        done = subprocess.run(
            [sys.executable, "scripts/test", asked],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout.splitlines()

    def test_all_passed(self) -> None:
        """A run in which all passed says so, alone on the last line."""
        status, lines = self.run_on(PASS)
        self.assertEqual((status, lines[-1]), (0, "1 passed, 0 failed"))

    def test_failures_and_errors(self) -> None:
        """A failure and an error both count as failed."""
        status, lines = self.run_on(PASS, FAIL, ERROR)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 2 failed"))

    def test_import_error(self) -> None:
        """A module that cannot be imported is no run without failures."""
        status, lines = self.run_on(PASS, "    import no_such_module\n")
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))

    def test_expected_failures(self) -> None:
        """Nothing may be known to be broken: trial passes these, we do not."""
        status, lines = self.run_on(PASS, EXPECTED)
        self.assertIn("PASSED (expectedFailures=1, successes=1)", lines)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))
        status, lines = self.run_on(PASS, FIXED)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))

    def test_skips_are_listed_by_reason(self) -> None:
        """A skipped test is named with what it lacks, and the run passes."""
        status, lines = self.run_on(PASS, SKIP, SKIP_TOO)
        self.assertEqual(
            (status, lines[-4:]),
            (
                0,
                [
                    "skipped: needs a thing",
                    "    tests.test_suite.T.test_skip",
                    "    tests.test_suite.T.test_skip_too",
                    "1 passed, 0 failed, 2 skipped",
                ],
            ),
        )

    def test_skips_where_all_is_required(self) -> None:
        """Where every program must be there, a skipped test fails the run."""
        status, lines = self.run_on(PASS, SKIP, require_all=True)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed, 1 skipped"))
        self.assertIn("RELAY_TEST_REQUIRE_ALL", lines[-2])

    def test_side_by_side(self) -> None:
        """Tests that start no daemon run in several processes, and all are counted."""
        status, lines = self.run_on(PASS, FAIL, ERROR, SKIP, asked="--quick")
        self.assertEqual((status, lines[-1]), (1, "1 passed, 2 failed, 1 skipped"))
        self.assertIn("    tests.test_suite.T.test_skip", lines)
        status, lines = self.run_on(PASS, asked="--quick")
        self.assertEqual((status, lines[-1]), (0, "1 passed, 0 failed"))
        status, lines = self.run_on(PASS, KILLED, asked="--quick")
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))

    def test_nothing_ran(self) -> None:
        """Trial calls a run without tests PASSED; the script does not."""
        status, lines = self.run_on()
        self.assertIn("failed: trial ran no test", lines)
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))
        status, lines = self.run_on(SKIP)
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed, 1 skipped"))

    def test_trial_died(self) -> None:
        """A run that ends without a report has failed, whatever its exit status."""
        status, lines = self.run_on(PASS, KILLED)
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))
        self.assertIn("failed: trial did not come to its end", lines)


class VenvTests(SynchronousTestCase):
    """``scripts/venv`` says in one line what the machine lacks."""

    def refused(self, python: str) -> str:
        """What the script says about an interpreter that is this shell script."""
        directory = Path(self.mktemp())
        directory.mkdir()
        fake = directory / "python"
        fake.write_text(f"#!/bin/sh\n{python}\n")
        fake.chmod(0o755)
        done = subprocess.run(
            [ROOT / "scripts" / "venv", directory / "venv", "."],
            env=dict(os.environ, PYTHON=str(fake.resolve())),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertFalse((directory / "venv").exists())
        (line,) = done.stderr.splitlines()
        return line

    def test_old_python(self) -> None:
        """An interpreter that is too old is named with its version."""
        line = self.refused(
            'case "$*" in *3,\\ 11*) exit 1;; --version) echo Python 3.9.1;; esac'
        )
        self.assertIn("Python 3.11 or newer is needed", line)
        self.assertIn("Python 3.9.1", line)

    def test_no_venv(self) -> None:
        """Debian's Python without its venv module: the package to install is named."""
        line = self.refused('case "$*" in *ensurepip*) exit 1;; esac')
        self.assertIn("apt install python3-venv", line)

    def test_broken_python(self) -> None:
        """A PYTHON that does not run is no question of versions."""
        self.assertIn("does not run", self.refused("exit 127"))
