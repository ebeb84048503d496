"""A follower that remembers what it was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred

from relay.cluster.link import Snapshot, Stored


class Recorder:
    """A follower that keeps a copy, as a replica does."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        """The names of the methods that were called, in order."""
        self.entries: list[Stored] = []
        self.epoch = ""
        self.next_seq = 0
        self.state = b""
        self.gives = True
        """Whether the engine gets the copy."""
        self.restorations: list[Snapshot] = []
        self._waiting: list[tuple[Callable[[], bool], Deferred[None]]] = []

    @property
    def items(self) -> list[bytes]:
        """The items that the copy has."""
        return [entry.item for entry in self.entries]

    def until(self, condition: Callable[[], bool]) -> Deferred[None]:
        """Wait until a condition holds after a call."""
        done: Deferred[None] = Deferred()
        self._waiting.append((condition, done))
        self._check()
        return done

    def called(self, name: str) -> Deferred[None]:
        """Wait for the next call of a method."""
        before = self.calls.count(name)
        return self.until(lambda: self.calls.count(name) > before)

    def _note(self, call: str) -> None:
        self.calls.append(call)
        self._check()

    def _check(self) -> None:
        ready = [one for one in self._waiting if one[0]()]
        self._waiting = [one for one in self._waiting if one not in ready]
        for _, done in ready:
            done.callback(None)

    def held(self) -> Snapshot | None:
        """Return the copy."""
        if not self.entries or not self.gives:
            return None
        return self.restorations[-1]._replace(
            next_seq=self.next_seq, entries=self.entries, state=self.state
        )

    def restored(self, snapshot: Snapshot) -> None:
        """Take a whole log."""
        self.epoch, self.next_seq = snapshot.epoch, snapshot.next_seq
        self.entries, self.state = list(snapshot.entries), snapshot.state
        self.restorations.append(snapshot)
        self._note("restored")

    def added(self, entries: Sequence[Stored]) -> None:
        """Take the next entries, which have the next numbers."""
        for entry in entries:
            assert entry.seq == self.next_seq, (entry.seq, self.next_seq)
            self.next_seq += 1
            self.entries.append(entry)
        self._note("added")

    def announced(self, state: bytes) -> None:
        """Take what the leader announces."""
        self.state = state
        self._note("announced")

    def leaderless(self) -> None:
        """Nobody leads."""
        self._note("leaderless")

    def deposed(self) -> None:
        """This process does not lead any more."""
        self._note("deposed")

    def lost(self) -> None:
        """The engine does not answer."""
        self._note("lost")
