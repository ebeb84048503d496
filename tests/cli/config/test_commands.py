"""The commands of ``relay config``."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from relay.cli.config.shipped import shipped_directory
from relay.cli.main import invoke
from relay.settings.documentation.tables import every_setting
from relay.settings.documentation.toml import settings_file
from relay.settings.schema import Settings
from relay.settings.source import LISTENERS_VARIABLE, keys, variable_of
from tests.cli.config_case import ConfigCase


class ConfigTests(ConfigCase):
    """What the commands print."""

    def run_command(self, *arguments: str, status: int = 0) -> str:
        """Run a command, and return what it prints."""
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
            self.assertEqual(invoke(["config", *arguments]), status)
        return out.getvalue() + err.getvalue()

    def data(self, *arguments: str, status: int = 0) -> Any:
        """Return the JSON that a command prints."""
        return json.loads(self.run_command(*arguments, "--json", status=status))

    def test_docs(self) -> None:
        """A setting has all that is known of it."""
        self.assertEqual(
            self.run_command("docs", "store.threads"),
            "store.threads\n"
            "  Threads for its transactions.\n"
            "  type: whole number, 1 to 64\n"
            "  default: 4\n"
            "  variable: RELAY__STORE__THREADS\n"
            "  a change takes effect at the next start\n",
        )

    def test_docs_of_a_section(self) -> None:
        """Its settings, in every form."""
        text = self.run_command("docs", "drain")
        self.assertIn("drain.delay_ms\n", text)
        self.assertNotIn("store.url", text)
        names = [one["name"] for one in self.data("docs", "drain")]
        self.assertEqual(names, ["drain.delay_ms", "drain.spread_ms"])
        page = self.run_command("docs", "drain", "--markdown")
        self.assertRegex(page, r"^## \[drain\]\n\n\| setting \| type \|")

    def test_docs_of_all(self) -> None:
        """Every setting is there."""
        self.assertEqual(
            [one["name"] for one in self.data("docs")],
            [one.name for one in every_setting()],
        )

    def test_docs_of_an_unknown_setting(self) -> None:
        """The most similar one is named."""
        self.assertEqual(
            self.run_command("docs", "log.acess", status=1),
            "relay: there is no setting log.acess; did you mean log.access?\n",
        )

    def test_defaults(self) -> None:
        """The settings file, as it is shipped."""
        self.assertEqual(self.run_command("defaults"), settings_file())
        self.assertEqual(self.data("defaults")["log.access_keep"], 5)

    def test_env(self) -> None:
        """Every variable that the daemon reads from text."""
        variables = {one["variable"] for one in self.data("env")}
        nested = ("RELAY__DATA_DIR", LISTENERS_VARIABLE, "__TLS__HOSTS")
        known = {variable_of(key) for key in keys(Settings)}
        self.assertEqual(
            variables - {LISTENERS_VARIABLE},
            {one for one in known if not one.endswith(nested)},
        )
        self.assertIn("RELAY__LOG__FORMAT", self.run_command("env"))

    def test_check(self) -> None:
        """Mistakes have file, line and setting, and fail the command."""
        path = Path(self.mktemp())
        path.write_text("[log]\naccess_keep = 0\n")
        self.assertEqual(
            self.run_command("check", str(path), status=1),
            f"{path}:2: log.access_keep: must be from 1 to 1000, not 0\n",
        )
        found = self.data("check", str(path), status=1)
        self.assertEqual(found["mistakes"][0]["line"], 2)
        path.write_text("")
        self.assertEqual(self.run_command("check", str(path)), f"{path}: no mistakes\n")

    def test_files(self) -> None:
        """They are listed and printed; a path out of the directory is refused."""
        self.assertIn("relay.socket", self.run_command("files"))
        name = "grafana/relay.json"
        text = (shipped_directory() / name).read_text(encoding="utf-8")
        self.assertEqual(self.run_command("files", name), text)
        for one in ("nope.toml", "../setup.cfg", "/etc/passwd"):
            self.assertEqual(
                self.run_command("files", one, status=1),
                f"relay: there is no file {one}; relay config files lists the files\n",
            )
