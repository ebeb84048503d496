"""``relay-config``: print the files that come with Relay, such as the settings file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import twisted
from twisted.python import usage

from relay import __version__

SETTINGS = "relay.toml"
_PREFIX = "/opt/relay/bin/"
"""Where the units expect the commands, until they are printed."""


def shipped_directory() -> Path:
    """Return the directory of the files: in the package, or in the checkout that a
    development installation links to."""
    packaged = Path(__file__).parents[1] / "etc"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "etc"


def shipped_files(directory: Path | None = None) -> list[str]:
    """
    List the files, by their paths in the directory.

    :param directory: of the files; None for that of this installation.
    """
    root = directory or shipped_directory()
    return sorted(
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()
    )


class Options(usage.Options):
    """The command line of ``relay-config``."""

    synopsis = "Usage: relay-config [options] [FILE]"
    longdesc = (
        "Prints a file that comes with Relay, by default relay.toml: every setting at "
        "its default, as comments. In a systemd unit the paths of commands become "
        "those of this installation."
    )
    optFlags = [["list", "l", "List the files."]]

    def parseArgs(self, name: str = SETTINGS) -> None:
        """
        Take the name of a file.

        :raises usage.UsageError: when there is no such file.
        """
        if name not in shipped_files():
            raise usage.UsageError(
                f"there is no file {name}; relay-config --list lists the files"
            )
        self["file"] = name

    def opt_version(self) -> None:
        """Display the version of Relay, and exit."""
        print(f"Relay {__version__} (Twisted {twisted.__version__})")
        raise SystemExit(0)


def text_of(name: str) -> str:
    """
    Return the content of a file.

    :param name: one of :func:`shipped_files`.
    """
    text = (shipped_directory() / name).read_text(encoding="utf-8")
    if name.endswith(".service"):
        text = text.replace(_PREFIX, f"{os.path.join(sys.prefix, 'bin')}/")
    return text


def main(arguments: list[str] | None = None) -> None:
    """
    Run the command.

    :param arguments: None for those of the process.
    """
    options = Options()
    try:
        options.parseOptions(sys.argv[1:] if arguments is None else arguments)
    except usage.UsageError as error:
        raise SystemExit(f"relay-config: {error}") from None
    if options["list"]:
        print("\n".join(shipped_files()))
    else:
        sys.stdout.write(text_of(options["file"]))
