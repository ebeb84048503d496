"""The address that an endpoint string names, without its other arguments."""

from __future__ import annotations

import re

_ARGUMENTS = {
    "tcp": {"port": "", "interface": "0.0.0.0"},
    "tcp6": {"port": "", "interface": r"\:\:"},
    "unix": {"address": ""},
}
"""The arguments that name the address, in their order and with their defaults, by the
kind of an endpoint."""


def place(endpoint: str) -> tuple[str, ...]:
    """
    Return what two endpoint strings of the same address have in common.

    :param endpoint: a Twisted endpoint string, perhaps with ``haproxy:`` in front.
    :return: the kind and the address. Of a port that the system chooses, and of other
        kinds of endpoints, the whole string.
    """
    kind, *given = re.split(r"(?<!\\):", endpoint.removeprefix("haproxy:"))
    arguments = dict(_ARGUMENTS.get(kind, {}))
    names = list(arguments)
    for position, argument in enumerate(given):
        name, separator, value = argument.partition("=")
        if not separator and position < len(names):
            arguments[names[position]] = argument
        elif name in arguments:
            arguments[name] = value
    if not arguments or arguments.get("port") == "0":
        return (endpoint,)
    return (kind, *arguments.values())
