"""``relay streams --watch``: a table that follows the changes."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from relay.cli.client import NODE, Client
from relay.cli.output import Output, counted
from relay.cli.streams.follower import Ending, Follower, Source
from relay.cli.streams.rows import COLUMNS, api_names, row
from relay.cli.text import shown
from relay.eventstream.continuity import ResumeMode
from relay.eventstream.event import Event
from relay.upstream.connection.stream import UpstreamResponse

if TYPE_CHECKING:
    from rich.table import Table

_REFRESH_S = 0.5


class LiveStreams:
    """
    The streams as the events of the technical API describe them.

    :param tell: takes each event as an object, if somebody wants them.
    """

    def __init__(self, tell: Any = None) -> None:
        self.streams: dict[str, dict[str, Any]] = {}
        self.closed = 0
        self.problem: str | None = None
        self._tell = tell
        self._complete = True

    def opened(self, response: UpstreamResponse, last_event_id: str) -> None:
        """A snapshot follows."""
        self.problem = None
        self._complete = True

    def received(self, data: bytes) -> None:
        """Bytes are of no interest."""

    def lost(self, how: Ending, reason: str, delay_s: float | None) -> None:
        """The connection to the daemon was lost."""
        self.problem = reason

    def events(self, taken: Sequence[tuple[Event, str] | None]) -> None:
        """Apply changes."""
        for one in taken:
            if one is not None:
                self.take(one[0].type, json.loads(one[0].data))

    def take(self, kind: str, data: dict[str, Any]) -> None:
        """
        Apply one event.

        :param kind: ``snapshot``, ``opened``, ``changed``, ``closed`` or ``gap``.
        """
        if kind == "snapshot":
            if self._complete:
                self.streams.clear()
            self._complete = bool(data.get("complete"))
            for stream in data["data"]:
                self._put(stream)
        elif kind == "opened":
            self._put(data)
        elif kind == "changed" and data["id"] in self.streams:
            self._put({**self.streams[data["id"]], **data})
        elif kind == "closed":
            self.streams.pop(data["id"], None)
            self.closed += data.get("outcome") is not None
        if self._tell is not None:
            self._tell({"event": kind, **data})

    def _put(self, stream: dict[str, Any]) -> None:
        stream["seenS"] = time.monotonic()
        self.streams[stream["id"]] = stream

    def table(self, names: Mapping[str, str], limit: int, width: int) -> Table:
        """
        Draw the streams, the oldest first.

        :param names: of APIs, by their ids.
        :param limit: how many are shown.
        :param width: of the terminal.
        """
        from rich.text import Text

        from relay.cli.tables import fitted

        now_s = time.monotonic()
        count = counted(len(self.streams), "stream")
        state = self.problem or f"{count}, {self.closed} ended"
        oldest = sorted(self.streams.values(), key=lambda one: one["startedAt"])
        rows = []
        for stream in oldest[:limit]:
            age_ms = (stream.get("ageMs") or 0) + (now_s - stream["seenS"]) * 1000
            cells = row({**stream, "ageMs": age_ms}, names)
            texts = {name: cells.get(name) for name in COLUMNS}
            rows.append(
                {k: shown("" if v is None else str(v)) for k, v in texts.items()}
            )
        table, _ = fitted(rows, COLUMNS, width, one_line=True)
        table.caption, table.caption_justify = Text(shown(state)), "left"
        return table


async def watch_streams(
    reactor: Any, client: Client, output: Output, query: Mapping[str, Any], limit: int
) -> None:
    """Follow the streams until Ctrl-C; with ``--json``, print the events."""
    from twisted.internet.defer import CancelledError
    from twisted.internet.task import LoopingCall

    url = f"{client.profile.url}{NODE}/streams"
    if query:
        url += "?" + urlencode({k: _text(value) for k, value in query.items()})
    headers = [
        (name.decode(), values[0])
        for name, values in client.headers({}).getAllRawHeaders()
    ]
    source = Source(reactor, url, headers, client.profile.ca)
    live = LiveStreams(output.data_line if output.json else None)
    follower = Follower(source, live, mode=ResumeMode.NONE)
    drawing: Any = None
    try:
        if not output.json:
            from rich.live import Live

            names = await api_names(client)
            drawn = Live(console=output.console, auto_refresh=False, transient=False)
            drawn.start()
            drawing = LoopingCall(
                lambda: drawn.update(
                    live.table(names, limit, output.console.width), refresh=True
                )
            )
            drawing.start(_REFRESH_S)
        await follower.start()
    except CancelledError:
        pass
    finally:
        if drawing is not None:
            drawing.stop()
            drawn.stop()
        source.close()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
