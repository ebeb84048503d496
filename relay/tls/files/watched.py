"""
What is made of files of certificates and keys, and made again when the files change.

A file is recognised as changed by the metadata of the file that its path leads to, so
that replaced files, replaced symbolic links to files and replaced symbolic links to
directories are found alike. What a changed file holds is then compared.

Certificate and key are two files, and programs write them one after the other. Files
that cannot be used are therefore read again at each look, and are reported only when
they still cannot be used after some time. What was made before stays in use.
"""

from __future__ import annotations

import hashlib
import os
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from twisted.logger import Logger

from relay.tls.files.presented import Presented
from relay.tls.material import Content, MaterialError, from_path

T = TypeVar("T")

Read = Callable[[str, str], Content]
"""Reads a file: the name of the field that holds the path, and the path."""
Stamp = tuple[int, ...] | None

SETTLED_S: Final = 1.0
"""A file that was written less than this ago may be in the middle of a change, and
another change might not be visible in its time."""


class _Seen(NamedTuple):
    """A file as it was read."""

    stamp: Stamp
    digest: bytes


@dataclass(frozen=True)
class Look:
    """
    One examination of all files.

    :param at_s: monotonic time, in seconds.
    :param wall_s: wall-clock time, in seconds since the epoch.
    :param patience_s: how long files may be unusable before that is reported.
    :param forced: whether to read all files, and to report at once.
    """

    at_s: float
    wall_s: float
    patience_s: float
    forced: bool = False


class State(NamedTuple):
    """
    What is in use, for health and metrics.

    :param name: who uses it, such as ``listener default``.
    :param presented: the certificates that are in use.
    :param problem: why newer files are not used; None when they are.
    """

    name: str
    presented: Sequence[Presented]
    problem: str | None


class Examined(Protocol):
    """What a look examines."""

    def examine(self, look: Look) -> Sequence[Callable[[], None]]:
        """
        Examine the files, in a thread.

        :return: what is to be done in the thread of the reactor.
        """

    def states(self) -> Sequence[State]:
        """Return what is in use."""


IN_USE: Final[weakref.WeakSet[Examined]] = weakref.WeakSet()
"""All that a look examines; entries end with their users."""


class Watched(Generic[T]):
    """
    One value that is made of files.

    :param name: who uses it, for log lines.
    :param make: reads the files and makes the value. After the first time it is called
        in a thread.
    :param presents: lists the certificates in a value.
    """

    log = Logger()

    def __init__(
        self,
        name: str,
        make: Callable[[Read], T],
        presents: Callable[[T], Sequence[Presented]] = lambda value: (),
    ) -> None:
        self.name = name
        self._make = make
        self._presents = presents
        self.current: T | None = None
        """The value; None while the files could not be used yet."""
        self.problem: str | None = None
        """Why the newest files are not used, once that is reported."""
        self._seen: dict[str, _Seen] = {}
        self._failing_since_s: float | None = None

    def load(self) -> T:
        """
        Make the first value, and examine the files from then on.

        :raises MaterialError: when a file cannot be used.
        """
        reader = _Reader()
        value = self.current = self._make(reader)
        self._seen = reader.seen
        IN_USE.add(self)
        return value

    def stop_watching(self) -> None:
        """Do not examine the files any more; the value stays."""
        IN_USE.discard(self)

    @property
    def value(self) -> T:
        """The value, after :meth:`load`."""
        assert self.current is not None
        return self.current

    def examine(self, look: Look) -> Sequence[Callable[[], None]]:
        """
        Examine the files, in a thread.

        :return: what is to be done in the thread of the reactor.
        """
        failing = self.current is None or self._failing_since_s is not None
        if not (look.forced or failing or self._has_changed(look)):
            return ()
        reader = _Reader()
        try:
            value = self._make(reader)
        except MaterialError as error:
            return (partial(self._fail, str(error), look),)
        same = _digests(self._seen) == _digests(reader.seen)
        self._seen = reader.seen
        if same and not (failing or look.forced):
            return ()
        return (partial(self._replace, value, not same),)

    def states(self) -> Sequence[State]:
        """Return what is in use."""
        presented = () if self.current is None else self._presents(self.current)
        return (State(self.name, presented, self.problem),)

    def _has_changed(self, look: Look) -> bool:
        stamps = [(_stamp(path), seen.stamp) for path, seen in self._seen.items()]
        if all(now == before for now, before in stamps):
            return False
        ages = [look.wall_s - now[0] / 1e9 for now, _ in stamps if now is not None]
        # A time in the future is of another clock.
        return not any(0 <= age < SETTLED_S for age in ages)

    def _replace(self, value: T, is_new: bool) -> None:
        self.current = value
        self.problem = self._failing_since_s = None
        if is_new:
            self.log.info(
                "{name}: new connections use the new content of {files}",
                name=self.name,
                files=", ".join(self._seen),
            )

    def _fail(self, problem: str, look: Look) -> None:
        if self._failing_since_s is None:
            self._failing_since_s = look.at_s
        late = look.at_s - self._failing_since_s >= look.patience_s
        if not look.forced and (not late or problem == self.problem):
            return
        self.problem = problem
        self.log.error(
            "{name}: {kept}: {problem}",
            name=self.name,
            kept="not in use"
            if self.current is None
            else "the files read before stay in use",
            problem=problem,
        )


class _Reader:
    """Reads files, and records what they were."""

    def __init__(self) -> None:
        self.seen: dict[str, _Seen] = {}

    def __call__(self, name: str, path: str) -> Content:
        # Taken first: a change during the read is then seen at the next look.
        stamp = _stamp(path)
        content = from_path(name, path)
        self.seen[path] = _Seen(stamp, hashlib.sha256(content.data).digest())
        return content


def _digests(seen: dict[str, _Seen]) -> dict[str, bytes]:
    return {path: one.digest for path, one in seen.items()}


def _stamp(path: str) -> Stamp:
    """Return what changes with a file; None for a file that cannot be found."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return (
        found.st_mtime_ns,
        found.st_ctime_ns,
        found.st_size,
        found.st_ino,
        found.st_dev,
    )
