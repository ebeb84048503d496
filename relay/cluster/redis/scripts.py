"""The scripts that Redis runs: each is atomic, and checks the session of its caller."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from importlib.resources import files
from typing import Any

from relay.channel.idempotency import KeyReused
from relay.cluster.link import EngineLost, Fenced

_NAMES = (
    "append",
    "announce",
    "attach",
    "beat",
    "close",
    "disown",
    "enter",
    "follow",
    "hit",
    "hold",
    "lead",
    "own",
    "resign",
    "touch",
    "unfollow",
    "vacate",
)
_TRIMMING = ("append", "follow")
_ALONE = "attach"
"""The script that opens a session cannot check it."""


@dataclass(frozen=True, slots=True)
class Script:
    """
    A script.

    :param digest: by which the server knows it once it is loaded.
    """

    text: str
    digest: str


class SessionEnded(EngineLost):
    """The engine has ended the session of the member; nothing was done."""


class LogMissing(EngineLost):
    """The engine does not have the log as it is now; nothing was done."""


class CopyWanted(EngineLost):
    """The engine takes the copy of the follower; nothing was done."""


class Settling(EngineLost):
    """
    The engine collects copies of the log.

    :param left_ms: for how long.
    """

    def __init__(self, left_ms: int) -> None:
        super().__init__()
        self.left_ms = left_ms


def load() -> dict[str, Script]:
    """Read the scripts, by name."""
    folder = files("relay.cluster.redis.lua")
    head, trim = ((folder / f"{one}.lua").read_text() for one in ("head", "trim"))
    scripts = {}
    for name in _NAMES:
        text = (folder / f"{name}.lua").read_text()
        if name in _TRIMMING:
            text = trim + text
        if name != _ALONE:
            text = head + text
        digest = sha1(text.encode(), usedforsecurity=False).hexdigest()
        scripts[name] = Script(text, digest)
    return scripts


def result(reply: list[Any]) -> list[Any]:
    """
    Return what a script has answered.

    :raises EngineLost: when it has done nothing; with the reason as its class.
    """
    status = reply[0]
    if status == b"OK":
        return reply[1:]
    if status == b"FENCED":
        raise Fenced()
    if status == b"REUSED":
        raise KeyReused()
    if status == b"MISSING":
        raise LogMissing()
    if status == b"WANTED":
        raise CopyWanted()
    if status == b"SETTLING":
        raise Settling(reply[1])
    raise SessionEnded()
