"""
A directory of certificates, each of which is presented to the clients of its hosts.

Three layouts are recognised, and may be mixed:

* ``NAME.pem`` and ``NAME.key``;
* ``NAME/fullchain.pem`` and ``NAME/privkey.pem``, as certbot writes them;
* ``NAME/tls.crt`` and ``NAME/tls.key``, as Kubernetes mounts secrets.

The hosts of a certificate are those that it contains; ``NAME`` has no meaning. Names
that begin with a dot are passed over.
"""

from __future__ import annotations

import datetime
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from twisted.logger import Logger

from relay.tls.files.pairs import Pair
from relay.tls.files.watched import IN_USE, Look, State
from relay.tls.material import MaterialError
from relay.tls.names import NameTable, certificate_names

_LAYOUTS: Final = (("fullchain.pem", "privkey.pem"), ("tls.crt", "tls.key"))

Files = tuple[str, str]
"""The paths of a certificate and of its key."""


class PairDirectory:
    """
    The certificates of a directory. Each is watched by itself, so that one that cannot
    be used has no effect on the others.

    :param name: who uses them, for log lines.
    :param path: of the directory.
    """

    log = Logger()

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self._path = path
        self._pairs: dict[Files, Pair] = {}
        self._missing_since_s: dict[Files, float] = {}
        self._problem: str | None = None
        self._table: NameTable[Pair] = NameTable()
        self._ranked_until_s = 0.0
        """The wall-clock time at which the order of the table may change."""

    def load(self) -> None:
        """
        Read the certificates, and examine the directory from then on.

        Certificates that cannot be used are logged.

        :raises MaterialError: when the directory cannot be read.
        """
        try:
            os.listdir(self._path)
        except OSError as error:
            raise MaterialError(f"directory ({self._path}): {error.strerror}") from None
        now = Look(time.monotonic(), time.time(), patience_s=0, forced=True)
        for act in self.examine(now):
            act()
        IN_USE.add(self)

    def stop_watching(self) -> None:
        """Do not examine the directory any more; its certificates stay."""
        IN_USE.discard(self)

    def find(self, host: str) -> Pair | None:
        """
        Find the certificate for a host.

        Of several, the one that is valid and began last is used.

        :param host: in normal form.
        """
        return self._table.find(host)

    def examine(self, look: Look) -> Sequence[Callable[[], None]]:
        """
        Examine the directory and its files, in a thread.

        :return: what is to be done in the thread of the reactor.
        """
        try:
            found = list(_list(self._path))
        except OSError as error:
            return (partial(self._fail, str(error.strerror)),)
        # A file of a known pair may be missing while it is replaced.
        found += [
            files
            for files in self._pairs
            if files not in found and any(map(os.path.exists, files))
        ]
        pairs = {
            files: self._pairs.get(files) or Pair(self.name, *files, named=True)
            for files in found
        }
        acts = [act for pair in pairs.values() for act in pair.examine(look)]
        if not acts and not self._is_outdated(pairs, look):
            return ()
        return (*acts, partial(self._update, pairs, look))

    def states(self) -> Sequence[State]:
        """Return what is in use."""
        own = State(self.name, (), self._problem)
        return (
            own,
            *(state for pair in self._pairs.values() for state in pair.states()),
        )

    def _is_outdated(self, pairs: dict[Files, Pair], look: Look) -> bool:
        return (
            pairs.keys() != self._pairs.keys()
            or bool(self._missing_since_s)
            or self._problem is not None
            or look.wall_s >= self._ranked_until_s
        )

    def _update(self, pairs: dict[Files, Pair], look: Look) -> None:
        self._problem = None
        before, self._missing_since_s = self._missing_since_s, {}
        for files in self._pairs.keys() - pairs.keys():
            since_s = before.get(files, look.at_s)
            if look.at_s - since_s < look.patience_s and not look.forced:
                self._missing_since_s[files] = since_s
                pairs[files] = self._pairs[files]
                continue
            self.log.info(
                "{name}: {certificate} was removed and is no longer used",
                name=self.name,
                certificate=files[0],
            )
        self._pairs = pairs
        self._table = NameTable(_ranked(pairs.values(), look.wall_s))
        self._ranked_until_s = _next_turn_s(pairs.values(), look.wall_s)

    def _fail(self, problem: str) -> None:
        problem = f"directory ({self._path}): {problem}"
        if problem != self._problem:
            self.log.error(
                "{name}: the certificates read before stay in use: {problem}",
                name=self.name,
                problem=problem,
            )
        self._problem = problem


def _ranked(pairs: Iterable[Pair], wall_s: float) -> Iterator[tuple[str, Pair]]:
    """List the pairs by host name, the best ones first."""
    now = datetime.datetime.fromtimestamp(wall_s, datetime.UTC)

    def rank(pair: Pair) -> tuple[bool, datetime.datetime]:
        shown = pair.value.certificate
        starts = shown.not_valid_before_utc
        return starts <= now < shown.not_valid_after_utc, starts

    usable = [pair for pair in pairs if pair.current is not None]
    for pair in sorted(usable, key=rank, reverse=True):
        for name in certificate_names(pair.value.certificate):
            yield name, pair


def _next_turn_s(pairs: Iterable[Pair], wall_s: float) -> float:
    """Return when the next certificate begins or ends, in seconds since the epoch."""
    turns = [
        turn.timestamp()
        for pair in pairs
        if pair.current is not None
        for turn in (
            pair.value.certificate.not_valid_before_utc,
            pair.value.certificate.not_valid_after_utc,
        )
    ]
    return min((turn for turn in turns if turn > wall_s), default=math.inf)


def _list(path: str) -> Iterator[Files]:
    """
    List the pairs of a directory.

    :raises OSError: when it cannot be read.
    """
    for name in sorted(os.listdir(path)):
        whole = os.path.join(path, name)
        if name.startswith("."):
            continue
        if name.endswith(".pem"):
            candidates = [(whole, f"{whole.removesuffix('.pem')}.key")]
        else:
            candidates = [
                (os.path.join(whole, certificate), os.path.join(whole, key))
                for certificate, key in _LAYOUTS
            ]
        for files in candidates:
            if all(map(os.path.exists, files)):
                yield files
                break
