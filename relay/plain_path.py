"""
The one switch for all shortcuts of the data path.

A shortcut goes past a layer of Twisted where a measurement says that it pays. Each has
the plain path beside it, which it falls back to whenever it does not apply, and which
serves everything under ``RELAY_PLAIN_PATH=1``: to compare the two, to find out whether
a shortcut is to blame, and so that the tests can prove that both behave alike.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

VARIABLE = "RELAY_PLAIN_PATH"


def read(environ: Mapping[str, str]) -> bool:
    """
    Read the switch.

    :param environ: the environment.
    :return: whether the plain path serves everything.
    :raises ValueError: when it is neither ``1`` nor ``0`` nor empty.
    """
    text = environ.get(VARIABLE, "")
    if text not in ("", "0", "1"):
        raise ValueError(f"must be 0 or 1, not {text!r}")
    return text == "1"


PLAIN_PATH = os.environ.get(VARIABLE) == "1"
"""Whether to take no shortcut. It holds for the whole process; a value that makes no
sense is refused by ``relay.settings.load``."""
