"""The headers of a call, whose values never stand on the command line."""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from relay.cli.errors import Failed
from relay.cli.profiles import checked_ca

PASSWORD = "RELAY_STREAM_PASSWORD"
"""The variable with the password of ``--user``."""
HEADER = "RELAY_HEADER_"
"""The beginning of the variables with the values of headers."""
CA = "RELAY_STREAM_CA"
"""The variable with the path of the file of authorities."""
LONGEST = 65_536
"""The longest value of a header, in bytes."""
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_RESERVED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "last-event-id",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that frame a message, or that an option sets."""

Header = tuple[str, bytes]


def call_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--header``, ``--user`` and ``--ca`` to a command."""
    for option in (
        click.option(
            "--ca",
            metavar="FILE",
            envvar=CA,
            help="PEM file of the authorities to trust, instead of the system's.",
        ),
        click.option(
            "--user",
            metavar="NAME",
            help=f"Basic authentication; the password is asked for, or in {PASSWORD}.",
        ),
        click.option(
            "--header",
            "headers",
            metavar="NAME[=@FILE]",
            multiple=True,
            help=(
                "Send a header with the content of FILE (- for the standard input), or "
                f"of the variable {HEADER}NAME. May repeat."
            ),
        ),
    ):
        command = option(command)
    return command


def read_headers(
    headers: Sequence[str],
    user: str | None,
    environment: Mapping[str, str] = os.environ,
) -> list[Header]:
    """
    Read the values of headers.

    :param headers: of ``--header``.
    :param user: of ``--user``.
    :raises Failed: for a header without a value, or one that cannot be set.
    """
    found = [_header(one, environment) for one in headers]
    names = [name.lower() for name, _ in found]
    if user is not None:
        if ":" in user:
            raise Failed("--user: the name must have no colon")
        if "authorization" in names:
            raise Failed("--user and --header Authorization are two credentials")
        password = environment.get(PASSWORD) or click.prompt(
            f"Password of {user}", hide_input=True, err=True
        )
        pair = base64.b64encode(f"{user}:{password}".encode())
        found.append(("Authorization", b"Basic " + pair))
    if twice := {name for name in names if names.count(name) > 1}:
        raise Failed(f"--header {min(twice)} is given twice")
    return found


def read_ca(path: str | None) -> str:
    """Return the absolute path of a file of authorities, or "" without one."""
    return checked_ca(path or "")


def _header(text: str, environment: Mapping[str, str]) -> Header:
    name, mark, where = text.partition("=")
    if not _NAME.fullmatch(name):
        raise Failed("--header: the name of the header is malformed")
    if name.lower() in _RESERVED:
        raise Failed(f"--header {name}: this header cannot be set")
    if not mark:
        variable = HEADER + name.upper().replace("-", "_")
        if variable not in environment:
            raise Failed(f"--header {name}: the variable {variable} is not set")
        value = environment[variable].encode("utf-8", "surrogateescape")
    elif where.startswith("@"):
        value = _content(name, where[1:])
    else:
        # The value is not shown: it may be a secret.
        raise Failed(
            f"--header {name}: a value on the command line can be seen by other users; "
            f"use {name}=@FILE or the variable {HEADER}{name.upper().replace('-', '_')}"
        )
    value = value.strip(b" \t\r\n")
    if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value) or len(value) > LONGEST:
        raise Failed(f"--header {name}: the value is not one line of text")
    return name, value


def _content(name: str, path: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read(LONGEST + 1)
        with open(path, "rb") as file:
            return file.read(LONGEST + 1)
    except OSError as error:
        raise Failed(f"--header {name}: cannot read {path}: {error.strerror}") from None
