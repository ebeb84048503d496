"""Many clients that call at the same time, each on a connection of its own."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Answer

CLIENTS = 50


class Ask(NamedTuple):
    """A call, and who makes it."""

    path: str
    headers: dict[str, str]


def called(
    port: int, calls: int, ask: Callable[[int], Ask], clients: int = CLIENTS
) -> list[Answer]:
    """
    Make calls with several clients at one time.

    :param port: the gateway's.
    :param calls: how often each calls.
    :param ask: what the client of a number asks for.
    """
    start = threading.Barrier(clients)

    def client(number: int) -> list[Answer]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND_S)
        connection.connect()
        path, headers = ask(number)
        start.wait(BOUND_S)
        try:
            answers = []
            for _ in range(calls):
                connection.request("GET", path, headers=headers)
                answers.append(Answer(connection.getresponse()))
            return answers
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as pool:
        return [one for made in pool.map(client, range(clients)) for one in made]


class Opened(NamedTuple):
    """A stream that a client has asked for."""

    number: int
    client: RawClient
    head: str

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.head.split(" ", 2)[1])


def opened(
    port: int, ask: Callable[[int], Ask], clients: int = CLIENTS
) -> tuple[list[Opened], list[Opened]]:
    """
    Open streams with several clients at one time.

    :return: those that have one, and those that were refused.
    """
    made = [RawClient(port) for _ in range(clients)]
    for number, client in enumerate(made):
        path, headers = ask(number)
        client.get(path, *(f"{name}: {value}" for name, value in headers.items()))
    answers = [
        Opened(number, client, client.until(b"\r\n\r\n").decode())
        for number, client in enumerate(made)
    ]
    let_in = [one for one in answers if one.status == 200]
    refused = [one for one in answers if one.status != 200]
    for one in refused:
        one.client.close()
    return let_in, refused
