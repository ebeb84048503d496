"""The contents of the distributions."""

from __future__ import annotations

import atexit
import configparser
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import venv
import zipfile
from functools import cache
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.repo.tree import ROOT, committed, dotted, modules

NOT_SHIPPED = ("compose.yml", "helm")
"""Files of ``etc`` for an image that is built of a checkout."""
_TWISTD = """#!{python}
import sys
from twisted.scripts.twistd import run
sys.exit(run())
"""


def shipped() -> list[Path]:
    """List the files of ``etc`` that are part of the wheel."""
    return [
        path
        for path in committed()
        if path.parts[0] == "etc" and not set(path.parts) & set(NOT_SHIPPED)
    ]


def assets() -> list[Path]:
    """List the built files of the console."""
    directory = Path("relay/console/assets")
    return [path for path in committed() if path.is_relative_to(directory)]


@cache
def wheel() -> Path:
    """Build the wheel of the checkout, once."""
    directory = Path(tempfile.mkdtemp(prefix="relay-wheel-"))
    atexit.register(shutil.rmtree, directory, True)
    copy = directory / "source"
    sources = [*modules("relay"), *modules("twisted")]
    for path in [*sources, *shipped(), *assets()]:
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_bytes((ROOT / path).read_bytes())
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    (copy / "relay" / "py.typed").touch()
    pip("wheel", "--no-deps", "--wheel-dir", str(directory), str(copy))
    (built,) = directory.glob("*.whl")
    return built


def installed(directory: Path) -> Path:
    """
    Install the wheel into an environment that has everything else of this one.

    :return: the directory of the commands.
    """
    venv.create(directory)
    python = directory / "bin" / "python"
    (packages,) = directory.glob("lib/python*/site-packages")
    pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel()))
    (packages / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    twistd = directory / "bin" / "twistd"
    twistd.write_text(_TWISTD.format(python=python))
    twistd.chmod(0o755)
    return directory / "bin"


def pip(*arguments: str) -> None:
    """Run pip."""
    subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", *arguments],
        check=True,
        capture_output=True,
        timeout=120,
    )


def end(process: subprocess.Popen[str]) -> None:
    """End a process with all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def readme_commands(heading: str) -> list[str]:
    """List the shell commands under a heading of README."""
    section = (ROOT / "README.md").read_text().split(f"## {heading}\n")[1]
    return re.findall(r"(?m)^\$ (.+)$", section.split("\n## ")[0])


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
        self.assertEqual(listed, found | {"relay.etc", "twisted.plugins"})

    def test_twisted_is_not_hidden(self) -> None:
        """An ``__init__.py`` beside the plugin would hide Twisted or the plugin."""
        for folder in ("twisted", "twisted/plugins"):
            self.assertFalse((ROOT / folder / "__init__.py").exists())

    def test_the_wheel(self) -> None:
        """
        Holds the plugin, the migrations, the connectors, the typing mark, the files
        that ``relay config files`` prints, and the console.
        """
        names = set(zipfile.ZipFile(wheel()).namelist())
        wanted = {str(path) for path in [*modules("relay"), *modules("twisted")]}
        wanted |= {f"relay/{path}" for path in shipped()}
        wanted |= {str(path) for path in assets()}
        self.assertIn("relay/console/assets/index.html", wanted)
        self.assertIn("relay/etc/relay.toml", wanted)
        self.assertEqual(wanted - names, set())
        self.assertIn("relay/py.typed", names)

    def test_the_commands_of_the_readme(self) -> None:
        """
        The commands under "Installation" start a daemon from the wheel, word by word.
        """
        first, *others = readme_commands("Installation")
        self.assertEqual(first, "pip install .")
        directory = Path(self.mktemp()).absolute()
        directory.mkdir()
        programs = installed(directory / "venv")
        environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "RELAY__GATEWAY__LISTENERS": "tcp:0:interface=127.0.0.1",
            "RELAY__MANAGEMENT__ENDPOINT": "tcp:0:interface=127.0.0.1",
            "RELAY__TECHNICAL__ENDPOINT": "tcp:0:interface=127.0.0.1",
        }
        environment.pop("PYTHONPATH", None)
        running = subprocess.Popen(
            ["sh", "-ec", "\n".join(others)],
            cwd=directory,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.addCleanup(end, running)
        bound = threading.Timer(60, end, [running])
        bound.start()
        self.addCleanup(bound.cancel)
        assert running.stdout is not None
        said = ""
        for line in running.stdout:
            said += line
            if "ready: listening on" in line:
                break
        else:
            self.fail(said)
        settings = (directory / "relay.toml").read_text()
        self.assertEqual(settings, (ROOT / "etc" / "relay.toml").read_text())
        self.assertTrue((directory / "var" / "admin-password").exists())

    def test_twistd_knows_both_commands(self) -> None:
        """twistd lists the commands of a development installation."""
        twistd = Path(sys.executable).with_name("twistd")
        done = subprocess.run(
            [str(twistd), "--help"], capture_output=True, check=True, timeout=60
        )
        self.assertIn(b" relay ", done.stdout)
        self.assertIn(b" relay-source ", done.stdout)
