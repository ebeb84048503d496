"""A call as a command of curl, with variables of the shell in place of secrets."""

from __future__ import annotations

import re
from shlex import quote

from relay.management.tryit.body import TryBody

_SECRET_NAMES = ("authorization", "cookie", "proxy-authorization")
_SECRET_WORDS = ("key", "password", "secret", "token")


def as_curl(url: str, asked: TryBody, key_header: str) -> str:
    """
    Write the command.

    :param url: with its query.
    :param key_header: the name of the header of API keys.
    """
    parts = ["curl", "-N"]
    if asked.method == "HEAD":
        parts.append("--head")
    elif asked.method != ("GET" if asked.body is None else "POST"):
        parts += ["-X", quote(asked.method)]
    for header in asked.headers:
        parts += ["-H", _header(header.name, header.value)]
    credentials = asked.credentials
    if credentials.type == "BASIC":
        parts += ["-u", '"$USERNAME:$PASSWORD"']
    elif credentials.type == "API_KEY":
        parts += ["-H", _secret(credentials.header or key_header, "API_KEY")]
    elif credentials.type == "BEARER":
        parts += ["-H", '"Authorization: Bearer $TOKEN"']
    if asked.resume_from is not None:
        parts += ["-H", quote(f"Last-Event-ID: {asked.resume_from}")]
    if asked.body is not None:
        parts += ["--data-raw", quote(asked.body)]
    return " ".join([*parts, quote(url)])


def _header(name: str, value: str) -> str:
    lower = name.lower()
    if lower in _SECRET_NAMES or any(word in lower for word in _SECRET_WORDS):
        return _secret(name, _variable(name))
    # curl sends no header for a name with nothing behind its colon.
    return quote(f"{name}: {value}" if value else f"{name};")


def _secret(name: str, variable: str) -> str:
    # Names of headers may have $ and `, which a shell expands in double quotes.
    return quote(f"{name}: ") + f'"${variable}"'


def _variable(name: str) -> str:
    variable = re.sub("[^A-Z0-9_]", "_", name.upper())
    return f"_{variable}" if variable[0].isdigit() else variable
