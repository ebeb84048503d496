"""The parts of a cluster that the contract of links needs, and a follower's copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from relay.cluster.link import ChannelName, Link, Snapshot, Stored


class Process(Protocol):
    """A process of the cluster."""

    @property
    def link(self) -> Link:
        """Its link."""

    def kill(self) -> None:
        """End it without a word to the others."""

    def stop(self) -> None:
        """Suspend it, as SIGSTOP does."""

    def resume(self) -> None:
        """Let it run again."""


class Engine(Protocol):
    """An engine, and the processes that are linked to it."""

    async def process(self, name: str) -> Process:
        """Start a process, whose link has a session."""

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition is true; fails after some seconds."""

    async def passed(self, seconds: float) -> None:
        """Let time pass."""

    async def lose(self) -> None:
        """End the engine; it loses what it held."""

    async def restart(self) -> None:
        """Start the engine again, empty; returns when the links have sessions."""

    async def close(self) -> None:
        """End all."""


class Copy:
    """
    A follower's copy of a log.

    :param process: which follows.
    """

    def __init__(self, process: Process, channel: ChannelName) -> None:
        self.process = process
        self.channel = channel
        self.entries: list[Stored] = []
        self.next_seq = 0
        self.epoch = ""
        self.state = b""
        self.told: list[str] = []
        """What the link has told, in order, entries apart."""
        self.refuses = False
        """Whether the copy is not given to the engine."""

    @property
    def items(self) -> list[bytes]:
        """The items of the log."""
        return [entry.item for entry in self.entries]

    def count(self, what: str) -> int:
        """How often the link has told something."""
        return self.told.count(what)

    def held(self) -> Snapshot | None:
        """Return the copy."""
        if not self.entries or self.refuses:
            return None
        return Snapshot(self.epoch, self.next_seq, list(self.entries), self.state)

    def restored(self, snapshot: Snapshot) -> None:
        """Take the whole log."""
        self.told.append("restored")
        self.entries = []
        self.epoch = snapshot.epoch
        self.next_seq = snapshot.next_seq - len(snapshot.entries)
        self._add(snapshot.entries)
        self.state = snapshot.state
        assert self.next_seq == snapshot.next_seq, "entries end before the next number"

    def added(self, entries: Sequence[Stored]) -> None:
        """Take the next entries."""
        assert self.told.count("restored"), "entries before the log"
        assert entries, "no entries"
        self._add(entries)

    def _add(self, entries: Sequence[Stored]) -> None:
        for entry in entries:
            assert entry.seq == self.next_seq, f"{entry} is not {self.next_seq}"
            self.next_seq += 1
        self.entries += entries

    def announced(self, state: bytes) -> None:
        """Take the leader's announcement."""
        self.state = state

    def leaderless(self) -> None:
        """Take that nobody leads."""
        self.told.append("leaderless")

    def deposed(self) -> None:
        """Take that this process leads no more."""
        self.told.append("deposed")

    def lost(self) -> None:
        """Take that the engine does not answer."""
        self.told.append("lost")
