"""The files that describe settings say exactly what the code does."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from relay.settings.documentation.markdown import updated
from relay.settings.documentation.toml import settings_file
from relay.settings.effect import NEXT_START, TAKEN_BY
from relay.settings.schema import Settings, load
from relay.settings.types import item_section, section_of
from tests.repo.tree import ROOT

SAMPLE = ROOT / "etc" / "relay.toml"
UNIT = ROOT / "etc" / "relay.service"
SOCKET = ROOT / "etc" / "relay.socket"
GUIDE = ROOT / "docs" / "reference" / "settings.md"


def existing(section: type[Any], prefix: str = "") -> dict[str, Any]:
    """Return every setting with its default; ``None`` where there is none."""
    hints = get_type_hints(section)
    found: dict[str, Any] = {}
    for field in fields(section):
        key, annotation = f"{prefix}{field.name}", hints[field.name]
        table = section_of(annotation) or item_section(annotation)
        if table is not None:
            found |= existing(table, f"{key}.")
        elif key != "data_dir":
            default = None if field.default is MISSING else field.default
            found[key] = list(default) if isinstance(default, tuple) else default
    default_listener = Settings("").gateway.listeners[0]
    if section is Settings:
        found["gateway.listeners.id"] = default_listener.id
        found["gateway.listeners.endpoint"] = default_listener.endpoint
    return found


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A parsed file as dotted keys; a list of tables counts as its only table."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            (value,) = value
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


class SampleTests(SynchronousTestCase):
    """``etc/relay.toml``."""

    def test_is_generated(self) -> None:
        """``make settings`` writes the file."""
        self.assertEqual(SAMPLE.read_text(), settings_file())

    def test_changes_nothing(self) -> None:
        """The file as shipped has the defaults."""
        self.assertEqual(load(str(SAMPLE), "/srv", {}, {}), load(None, "/srv", {}, {}))

    def test_lists_every_setting_at_its_default(self) -> None:
        """Without its comment signs the file has each setting with its default."""
        whole = re.sub(r"(?m)^#(?=[\w\[])", "", SAMPLE.read_text())
        given, known = flat(tomllib.loads(whole)), existing(Settings)
        self.assertEqual(sorted(given), sorted(known))
        for key, default in known.items():
            shown_as_example = default is None or key.endswith(".client_auth")
            if not shown_as_example:
                self.assertEqual((key, given[key]), (key, default))

    def test_examples_are_valid(self) -> None:
        """Without its comment signs the file is valid."""
        path = self.mktemp()
        with open(path, "w") as file:
            file.write(re.sub(r"(?m)^#(?=[\w\[])", "", SAMPLE.read_text()))
        settings = load(path, "/srv", {}, {})
        self.assertEqual(settings.gateway.public_url, "https://events.example")


class GuideTests(SynchronousTestCase):
    """``docs/reference/settings.md``."""

    def test_tables_are_generated(self) -> None:
        """``make settings`` writes the tables."""
        page = GUIDE.read_text()
        self.assertEqual(page, updated(page))

    def test_tables_list_every_setting_with_its_default(self) -> None:
        """The tables have each setting once, at the default that the code has."""
        rows: dict[str, Any] = {}
        section = ""
        for line in GUIDE.read_text().splitlines():
            if heading := re.match(r"## (.*)", line):
                table = re.fullmatch(r"\[+([\w.]+)\]+", heading[1])
                section = table[1] if table else ""
            row = re.match(r"\| `([\w.]+)` \| [^|]+ \| (?:`(.*?)`)? ?\|", line)
            if section and row:
                key = f"{section}.{row[1]}"
                self.assertNotIn(key, rows)
                rows[key] = tomllib.loads(f"v = {row[2]}")["v"] if row[2] else None
        self.assertEqual(rows, existing(Settings))

    def test_marks_what_takes_effect_at_the_next_start(self) -> None:
        """The others take effect with a reload."""
        marked = set()
        section = ""
        for line in GUIDE.read_text().splitlines():
            if heading := re.match(r"## \[+([\w.]+)\]+", line):
                section = heading[1]
            row = re.match(r"\| `([\w.]+)` \|.* \*\(next start\)\* \|$", line)
            if row:
                marked.add(f"{section}.{row[1]}")
        left = {name for name, takers in TAKEN_BY.items() if takers == NEXT_START}
        self.assertEqual(marked, left - {"data_dir"})


class UnitTests(SynchronousTestCase):
    """``etc/relay.service`` and ``etc/relay.socket``."""

    def test_systemd_accepts_it(self) -> None:
        """systemd finds no fault in the units, once the program exists."""
        if shutil.which("systemd-analyze") is None:
            raise SkipTest("systemd-analyze is not installed")
        directory = self.mktemp()
        os.makedirs(directory)
        path = f"{directory}/relay.service"
        with open(path, "w") as file:
            file.write(UNIT.read_text().replace("/opt/relay/bin/twistd", "/bin/true"))
        shutil.copy(SOCKET, directory)
        done = subprocess.run(
            ["systemd-analyze", "verify", path, f"{directory}/relay.socket"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        # Other units of this machine may have faults of their own.
        said = (done.stdout + done.stderr).splitlines()
        wrong = [one for one in said if "relay.service" in one or "relay.socket" in one]
        self.assertEqual(wrong, [])

    def test_outlives_the_stop(self) -> None:
        """systemd waits longer than a stop of the daemon takes at the most."""
        stop = re.search(r"(?m)^TimeoutStopSec=(\d+)$", UNIT.read_text())
        assert stop is not None
        settings = Settings("")
        most_ms = settings.gateway.drain_timeout_ms + settings.process.stop_timeout_ms
        self.assertGreater(int(stop[1]) * 1000, most_ms)

    def test_reloads_by_the_signal_that_reloads(self) -> None:
        """``systemctl reload`` has settings read and logs opened again."""
        self.assertIn("\nExecReload=/bin/kill -HUP $MAINPID\n", UNIT.read_text())

    def test_runs_in_the_foreground_without_a_pid_file(self) -> None:
        """systemd watches the process itself, so nothing is forked or written."""
        self.assertIn("twistd --nodaemon --pidfile= relay ", UNIT.read_text())
