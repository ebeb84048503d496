"""The contents of the distributions."""

from __future__ import annotations

import configparser
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.repo.tree import ROOT, dotted, modules


class PackagingTests(SynchronousTestCase):
    """The wheel, and the checkout as it is installed."""

    def test_all_packages_are_listed(self) -> None:
        """setup.cfg lists every package on the disk."""
        config = configparser.ConfigParser()
        config.read(ROOT / "setup.cfg")
        listed = set(config["options"]["packages"].split())
        found = {
            dotted(path) for path in modules("relay") if path.name == "__init__.py"
        }
        self.assertEqual(listed, found | {"twisted.plugins"})

    def test_twisted_is_not_hidden(self) -> None:
        """An ``__init__.py`` beside the plugin would hide Twisted or the plugin."""
        for folder in ("twisted", "twisted/plugins"):
            self.assertFalse((ROOT / folder / "__init__.py").exists())

    def test_the_wheel(self) -> None:
        """Holds the plugin, the migrations, the connectors and the typing mark."""
        with tempfile.TemporaryDirectory() as directory:
            copy = Path(directory) / "source"
            for path in [*modules("relay"), *modules("twisted")]:
                (copy / path).parent.mkdir(parents=True, exist_ok=True)
                (copy / path).write_bytes((ROOT / path).read_bytes())
            for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
                (copy / name).write_bytes((ROOT / name).read_bytes())
            (copy / "relay" / "py.typed").touch()
            subprocess.run(
                [
                    *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
                    *("--wheel-dir", directory, str(copy)),
                ],
                check=True,
                capture_output=True,
                timeout=120,
            )
            (wheel,) = Path(directory).glob("*.whl")
            names = set(zipfile.ZipFile(wheel).namelist())
        wanted = {str(path) for path in [*modules("relay"), *modules("twisted")]}
        self.assertEqual(wanted - names, set())
        self.assertIn("relay/py.typed", names)

    def test_twistd_knows_both_commands(self) -> None:
        """twistd lists the commands of a development installation."""
        twistd = Path(sys.executable).with_name("twistd")
        done = subprocess.run(
            [str(twistd), "--help"], capture_output=True, check=True, timeout=60
        )
        self.assertIn(b" relay ", done.stdout)
        self.assertIn(b" relay-source ", done.stdout)
