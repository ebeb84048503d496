"""``scripts/test`` reads trial's report right, whatever the tests did."""

import os
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.repo.tree import ROOT, dotted, modules

HEAD = "from twisted.trial.unittest import SkipTest, TestCase\n\nclass T(TestCase):\n"
PASS = "    def test_pass(self): pass\n"
FAIL = "    def test_fail(self): self.fail('no')\n"
ERROR = "    def test_error(self): 1 / 0\n"
SKIP = "    def test_skip(self): raise SkipTest('needs a\\nthing')\n"
SKIP_TOO = "    def test_skip_too(self): raise SkipTest('needs a\\nthing')\n"
EXPECTED = "    def test_todo(self): self.fail()\n    test_todo.todo = 'later'\n"
FIXED = "    def test_fixed(self): pass\n    test_fixed.todo = 'later'\n"
KILLED = "    def test_killed(self): import os; os._exit(0)\n"
ENDLESS = "    def test_endless(self): import time; time.sleep(600)\n"


class RunTests(SynchronousTestCase):
    """Each test runs the script on a project that holds one small suite."""

    def run_on(
        self,
        *tests: str,
        beside: str = "",
        require_all: bool = False,
        asked: tuple[str, ...] = ("tests",),
    ) -> tuple[int, list[str]]:
        """
        Run these test methods.

        :param beside: a test method of another module.
        :param asked: the script's arguments.
        :return: the exit status, and the lines printed.
        """
        project = Path(self.mktemp())
        for directory in ("scripts", "tests"):
            (project / directory).mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "test", project / "scripts" / "test")
        (project / "tests" / "__init__.py").touch()
        if tests:
            suite = project / "tests" / "test_suite.py"
            suite.write_text(HEAD + "".join(tests))
        if beside:
            (project / "tests" / "test_beside.py").write_text(HEAD + beside)
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        environment["RELAY_TEST_REQUIRE_ALL"] = "1" if require_all else "0"
        done = subprocess.run(
            [sys.executable, "scripts/test", *asked],
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
        """A run without failures ends with the line that says so."""
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
        """Expected failures and unexpected successes fail the run."""
        status, lines = self.run_on(PASS, EXPECTED)
        self.assertIn("PASSED (expectedFailures=1, successes=1)", lines)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))
        status, lines = self.run_on(PASS, FIXED)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))

    def test_skips_are_listed_by_reason(self) -> None:
        """Skipped tests are listed by reason."""
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
        quick = ("--quick",)
        status, lines = self.run_on(PASS, FAIL, ERROR, SKIP, asked=quick)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 2 failed, 1 skipped"))
        self.assertIn("    tests.test_suite.T.test_skip", lines)
        status, lines = self.run_on(PASS, asked=quick)
        self.assertEqual((status, lines[-1]), (0, "1 passed, 0 failed"))
        status, lines = self.run_on(PASS, beside=KILLED, asked=quick)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))
        wrong = "failed: trial did not come to its end: tests.test_beside"
        self.assertIn(wrong, lines)

    def test_several_processes_have_one_summary(self) -> None:
        """Several processes have one summary, after the failures of each."""
        quick = ("--quick",)
        status, lines = self.run_on(PASS, SKIP, beside=FAIL, asked=quick)
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed, 1 skipped"))
        summary = lines.index("FAILED (failures=1, skips=1, successes=1)")
        self.assertRegex(lines[summary - 2], r"^Ran 3 tests in \d+ s$")
        again = lines[lines.index("== tests.test_beside failed") : summary]
        self.assertIn("tests.test_beside.T.test_fail", again)
        self.assertNotIn("tests.test_suite.T.test_skip", again)
        status, lines = self.run_on(PASS, beside=PASS, asked=quick)
        self.assertEqual((status, lines[-1]), (0, "2 passed, 0 failed"))
        self.assertIn("PASSED (successes=2)", lines)

    def test_a_process_without_tests(self) -> None:
        """Fails the run, though others ran some."""
        status, lines = self.run_on(PASS, beside="    pass\n", asked=("--quick",))
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))
        self.assertIn("failed: trial ran no test: tests.test_beside", lines)

    def test_a_process_that_does_not_end(self) -> None:
        """A process that exceeds the bound is killed, and fails the run."""
        status, lines = self.run_on(ENDLESS, asked=("--bound", "10", "tests"))
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))
        self.assertIn("killed: the run took longer than 10 s", lines)
        self.assertTrue(any(one.startswith("    test_endless ...") for one in lines))
        self.assertIn("failed: trial did not come to its end", lines)

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


class DivisionTests(SynchronousTestCase):
    """How the suite is divided into processes."""

    def test_every_test_module_runs_once(self) -> None:
        """Every test module runs in exactly one job."""
        script = SourceFileLoader(
            "script", str(ROOT / "scripts" / "test")
        ).load_module()
        beside, alone = script.divide([], False, False)
        names = [job.name for job in [*beside, *alone]]
        for path in modules("tests"):
            if path.name.startswith("test_"):
                name = dotted(path)
                ran = [one for one in names if f"{name}.".startswith(f"{one}.")]
                self.assertEqual(len(ran), 1, name)
        listed = {*script.LONGEST_FIRST, *script.ALONE}
        self.assertEqual(listed - set(names), set())
        self.assertEqual({job.name for job in alone}, set(script.ALONE))


class VenvTests(SynchronousTestCase):
    """``scripts/venv`` reports in one line what the machine lacks."""

    def refused(self, python: str) -> str:
        """Return the message about an interpreter that is this shell script."""
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
