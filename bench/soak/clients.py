"""The clients of a soak: those that come and go, and the witnesses that stay."""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

ANSWER_BOUND_S = 30.0
"""How long a head may take before it counts as missed."""
LONGEST_STAY_S = 1.0
RESET_SHARE = 0.9
_NUMBER = re.compile(rb"(?m)^data: (?:\d+ )?(\d+)\b")
"""The number of an event: behind the stream's, if the source counts its streams."""


async def connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """
    Connect to the gateway.

    :param port: a port of the loopback interface.
    """
    return await asyncio.open_connection("127.0.0.1", port)


def leave(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    """
    End a connection.

    :param reset: by a TCP reset, as of a client whose network is gone; else in order.
    """
    handle = writer.get_extra_info("socket")
    if reset and handle is not None and handle.fileno() >= 0:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        writer.close()


@dataclass(frozen=True)
class Visit:
    """
    The request of a client that comes and goes.

    :param name: for the report.
    :param request: the whole request.
    :param statuses: the statuses that are an answer to it.
    """

    name: str
    request: bytes
    statuses: tuple[int, ...] = (200,)


def get(path: str, *headers: str) -> bytes:
    """Write a request for a path."""
    lines = [f"GET {path} HTTP/1.1", "Host: soak", *headers, "", ""]
    return "\r\n".join(lines).encode()


def post(path: str, body: bytes) -> bytes:
    """Write a publication of a text."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: soak\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass
class Visitors:
    """
    Clients that come at a rate, and leave, most of them by a reset.

    :param port: the gateway's.
    :param per_s: how many come in a second.
    :param next_visit: chooses what the next one asks for.
    """

    port: int
    per_s: float
    next_visit: Callable[[], Visit]
    answers: Counter[str] = field(default_factory=Counter)
    """How many answers there were, by the visit's name and the status."""
    unexpected: Counter[str] = field(default_factory=Counter)
    """Those with a status that is none of the visit's, or that did not come."""
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def come(self, until_s: float) -> None:
        """Send them until a time of the loop, and wait for the last to leave."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while due_s < until_s:
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            task = loop.create_task(self._visit(self.next_visit()))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            due_s += 1.0 / self.per_s
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _visit(self, visit: Visit) -> None:
        try:
            reader, writer = await connected(self.port)
        except OSError as error:
            self.unexpected[f"{visit.name}: {type(error).__name__}"] += 1
            return
        reset = random.random() < RESET_SHARE
        try:
            writer.write(visit.request)
            if random.random() < 0.1:
                # Before the head.
                self.answers[f"{visit.name}: left at once"] += 1
                return
            head = await asyncio.wait_for(reader.readuntil(b"\r\n"), ANSWER_BOUND_S)
            status = int(head.split(b" ", 2)[1])
            self.answers[f"{visit.name}: {status}"] += 1
            if status not in visit.statuses:
                self.unexpected[f"{visit.name}: {status}"] += 1
            await asyncio.wait_for(reader.read(-1), random.uniform(0.0, LONGEST_STAY_S))
        except TimeoutError:
            pass
        except (OSError, asyncio.IncompleteReadError, IndexError, ValueError):
            self.answers[f"{visit.name}: cut"] += 1
        finally:
            leave(writer, reset=reset)


@dataclass
class Witness:
    """
    A client that stays, and sees whether an event is missing or comes twice.

    :param name: for the report.
    :param request: the whole request.
    """

    name: str
    request: bytes
    events: int = 0
    lost: int = 0
    doubled: int = 0
    ended: str = ""
    """Why it ended before its time; empty while it has not."""
    _last: int | None = None
    _rest: bytes = b""

    def take(self, data: bytes) -> None:
        """Count the events in some bytes of the stream."""
        whole, newline, self._rest = (self._rest + data).rpartition(b"\n")
        for match in _NUMBER.finditer(whole + newline):
            number = int(match[1])
            last, self._last = self._last, number
            self.events += 1
            if last is None:
                continue
            if number <= last:
                self.doubled += 1
            else:
                self.lost += number - last - 1

    async def watch(self, port: int) -> None:
        """Read the stream until it is cancelled."""
        reader, writer = await connected(port)
        try:
            writer.write(self.request)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), ANSWER_BOUND_S)
            if b" 200 " not in head.partition(b"\r\n")[0]:
                self.ended = head.partition(b"\r\n")[0].decode("latin-1")
                return
            while data := await reader.read(65536):
                self.take(data)
            self.ended = "closed"
        except (OSError, asyncio.IncompleteReadError) as error:
            self.ended = type(error).__name__
        finally:
            leave(writer, reset=False)


class DyingSource:
    """A source of event streams that dies amid each, or does not answer at all."""

    EVENT = b"data: here\n\n"
    HEAD = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )

    def __init__(self) -> None:
        self.died = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen, and give the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            if random.random() < 0.8:
                writer.write(self.HEAD)
                for _ in range(random.randrange(10)):
                    writer.write(b"%x\r\n%s\r\n" % (len(self.EVENT), self.EVENT))
                    await writer.drain()
                    await asyncio.sleep(0.05)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.died += 1
            leave(writer, reset=random.random() < 0.5)
