"""
A daemon whose garbage collector is off, and which reports the objects in reference
cycles.

Run as a program, this module is ``twistd`` with a probe: a Unix socket that answers
each line with what is in reference cycles by then.
"""

from __future__ import annotations

import gc
import json
import socket
import sys
from collections import Counter, deque
from pathlib import Path
from typing import Any, NamedTuple, cast

from tests.wire.harness.daemon import BOUND_S, Daemon, SharedDaemon, until


class Garbage(NamedTuple):
    """The objects in reference cycles, or referred to by them."""

    objects: int
    types: dict[str, int]
    """How many objects there were of each type."""
    cycles: list[str]
    """For some of the types that Relay or Twisted define, the shortest way around."""

    def __str__(self) -> str:
        return f"{self.objects} objects: {self.types}\n" + "\n".join(self.cycles)


class CollectedDaemon(Daemon):
    """A daemon that can be asked for its garbage."""

    def start(self) -> CollectedDaemon:
        """Start it with the probe, and wait until it accepts."""
        self.probe_path = self.data_dir / "probe"
        self.program = [__file__, str(self.probe_path)]
        super().start()
        until(self.probe_path.exists, "the probe listens")
        return self

    def garbage(self) -> Garbage:
        """Collect the reference cycles, and return their objects."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(BOUND_S)
            probe.connect(str(self.probe_path))
            probe.sendall(b"\n")
            answer = b""
            while more := probe.recv(65536):
                answer += more
        return Garbage(**json.loads(answer))

    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))


class SharedCollectedDaemon(SharedDaemon):
    """Such a daemon for all tests of a module."""

    def make(self, directory: Path, toml: str) -> CollectedDaemon:
        """Make it."""
        return CollectedDaemon(directory, toml)

    def collected(self) -> CollectedDaemon:
        """Return the running daemon."""
        return cast(CollectedDaemon, self.get())


def _name(item: Any) -> str:
    code = getattr(item, "f_code", item)
    qualified = getattr(code, "co_qualname", getattr(code, "__qualname__", None))
    name = type(item).__name__
    return f"{name} {qualified}" if qualified else name


def _cycle(first: Any, among: dict[int, Any]) -> str | None:
    """
    Find the shortest way from an object back to itself.

    :param first: the object.
    :param among: the objects that may be on the way, by their ids.
    """
    before: dict[int, Any] = {id(first): None}
    waiting = deque([first])
    while waiting:
        item = waiting.popleft()
        for other in gc.get_referents(item):
            if other is first:
                way = [_name(first)]
                while item is not None:
                    way.append(_name(item))
                    item = before[id(item)]
                return " > ".join(reversed(way))
            if id(other) in among and id(other) not in before:
                before[id(other)] = item
                waiting.append(other)
    return None


def _without_threads(found: list[Any]) -> list[Any]:
    """
    Leave out what Twisted's pool leaves behind for each call of a thread.

    The daemon looks into its store once a second, in a thread.
    """
    passed: set[int] = set()
    for item in found:
        if getattr(item, "__qualname__", "").endswith(".inContext"):
            closure = item.__closure__ or ()
            passed.update(map(id, (item, item.__dict__, closure, *closure)))
    return [item for item in found if id(item) not in passed]


def _look() -> Garbage:
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        found = list(gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    found = _without_threads(found)
    types = Counter(type(item).__name__ for item in found)
    among = {id(item): item for item in found}
    cycles = []
    seen: set[type] = set()
    item: Any = None
    kind: Any = None
    for item in found:
        kind = type(item)
        if kind in seen or len(seen) >= 60:
            continue
        seen.add(kind)
        cycle = _cycle(item, among)
        if cycle is not None:
            cycles.append(cycle)
    told = Garbage(len(found), dict(types.most_common(30)), cycles)
    # They are still in their cycles, and not to be found again.
    del found, among, item, kind
    gc.collect()
    return told


def main(probe_path: str, arguments: list[str]) -> None:
    """
    Run twistd with the probe.

    :param probe_path: where the probe's socket is to be.
    :param arguments: twistd's.
    """
    from twisted.internet import reactor
    from twisted.internet.protocol import Factory, Protocol
    from twisted.scripts.twistd import run

    class Probe(Protocol):
        def dataReceived(self, data: bytes) -> None:
            """Answer."""
            assert self.transport is not None
            self.transport.write(json.dumps(_look()._asdict()).encode())
            self.transport.loseConnection()

    def begin() -> None:
        server: Any = reactor
        server.listenUNIX(probe_path, Factory.forProtocol(Probe))
        gc.collect()
        gc.disable()

    looping: Any = reactor
    looping.callWhenRunning(begin)
    sys.argv[:] = ["twistd", *arguments]
    run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
