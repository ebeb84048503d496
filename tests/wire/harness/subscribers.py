"""Many event-stream clients on one thread, which remember what they were given."""

from __future__ import annotations

import re
import selectors
import socket
import threading

_NUMBERS = re.compile(rb"\ndata: (\d+)\n\n|(event: relay\.gap)\n")
_IDS = re.compile(rb"\nid: (\S+)\n")
_RETRIES = re.compile(rb"\nretry: (\d+)\n")
_GOAWAY = b"\nevent: goaway\n"


class Client:
    """One client and its stream of numbers."""

    def __init__(self, handle: socket.socket) -> None:
        self.socket = handle
        self.unread = b""
        self.status: bytes = b""
        self.numbers: list[int] = []
        self.gaps = 0
        self.last_event_id = ""
        self.retry_ms: int | None = None
        """The reconnection time that it was told last."""
        self.goaways = 0
        self.ended = False

    def read(self, data: bytes) -> None:
        """Take bytes; chunk headers are passed over, since no event holds a CR."""
        self.unread += data
        if not self.status and b"\r\n\r\n" in self.unread:
            self.status = self.unread.split(b" ", 2)[1]
        text = re.sub(rb"\r\n[0-9a-f]+\r\n", b"", self.unread)
        end = text.rfind(b"\n\n")
        if end < 0:
            return
        for number, gap in _NUMBERS.findall(text[: end + 2]):
            if gap:
                self.gaps += 1
            else:
                self.numbers.append(int(number))
        for event_id in _IDS.findall(text[: end + 2]):
            self.last_event_id = event_id.decode()
        for retry in _RETRIES.findall(text[: end + 2]):
            self.retry_ms = int(retry)
        self.goaways += text[: end + 2].count(_GOAWAY)
        self.unread = b"\n" + text[end + 2 :]


class Subscribers:
    """
    Clients of one URL.

    :param port: the gateway's.
    :param path: the stream's.
    :param header: one more header that each sends.
    """

    def __init__(self, port: int, path: str, header: str = "X-Nothing: more") -> None:
        self._port = port
        self._path = path
        self._header = header
        self._selector = selectors.DefaultSelector()
        self._over = threading.Event()
        self.clients: list[Client] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def add(self, count: int, last_event_id: str = "") -> None:
        """
        Subscribe some more clients.

        :param count: how many.
        :param last_event_id: what each sends; empty for none.
        """
        for _ in range(count):
            handle = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            resume = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id else ""
            handle.sendall(
                f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\n"
                f"Accept: text/event-stream\r\n{self._header}\r\n"
                f"{resume}\r\n".encode()
            )
            handle.setblocking(False)
            client = Client(handle)
            self.clients.append(client)
            self._selector.register(handle, selectors.EVENT_READ, client)

    def _run(self) -> None:
        while not self._over.is_set():
            for key, _ in self._selector.select(0.1):
                client: Client = key.data
                try:
                    data = client.socket.recv(1 << 20)
                except BlockingIOError:
                    continue
                except OSError:
                    data = b""
                if data:
                    client.read(data)
                else:
                    client.ended = True
                    self._selector.unregister(client.socket)
                    client.socket.close()

    def leave(self) -> list[Client]:
        """Close all streams, and give the clients as they are."""
        self._over.set()
        self._thread.join()
        for client in self.clients:
            client.socket.close()
        return self.clients
