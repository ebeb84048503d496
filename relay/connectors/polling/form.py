"""The form of an answer to a poll, and Relay's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from relay.channel.entry import Entry, Gap


class Page(NamedTuple):
    """
    The contents of one response.

    :param items: the events, as :meth:`PollForm.item` has made them.
    :param gaps: gaps before the last of the items.
    :param next_cursor: the cursor of the next call.
    :param cursor: the cursor of this call; None without one.
    :param limit: the ``?limit=`` of this call, as text; None without one.
    :param stopping: whether the answer ends early, since the API is stopped.
    """

    items: Sequence[Any]
    gaps: Sequence[Gap]
    next_cursor: str
    cursor: str | None
    limit: str | None
    stopping: bool


class PollForm(Protocol):
    """The form of an answer; one object serves all calls of an entrypoint."""

    media_type: bytes
    """The ``Content-Type``, without parameters."""
    fills: bool
    """Whether a call waits until its answer is full, not only for the first event, and
    is answered with an empty page when the source has ended."""

    def event_id(self, entry: Entry) -> str:
        """Return the id by which the client knows an event."""

    def item(self, entry: Entry) -> Any:
        """
        Make the item of an event.

        :param entry: with a message.
        """

    def body(self, page: Page) -> bytes:
        """Write the body of an answer."""


class RelayForm:
    """
    Relay's form: events as all entrypoints show them, in JSON.

    :param headers: whether items have the headers of their events.
    :param metadata: whether items have the metadata of their events.
    """

    media_type = b"application/json"
    fills = False

    def __init__(self, headers: bool, metadata: bool) -> None:
        self._headers = headers
        self._metadata = metadata

    def event_id(self, entry: Entry) -> str:
        """Return Relay's id."""
        return entry.id

    def item(self, entry: Entry) -> dict[str, Any]:
        """Make a JSON object of an event."""
        message = entry.message
        assert message is not None
        item = entry.as_json()
        if self._headers:
            item["headers"] = dict(message.headers or {})
        if self._metadata:
            item["metadata"] = dict(message.metadata or {})
        return item

    def body(self, page: Page) -> bytes:
        """Write the items and the cursor; ``gaps`` only if there are any."""
        answer: dict[str, Any] = {"items": page.items, "cursor": page.next_cursor}
        if page.gaps:
            answer["gaps"] = [gap_as_json(gap) for gap in page.gaps]
        return as_json(answer)


def gap_as_json(gap: Gap) -> dict[str, str | None]:
    """Make a JSON object of a gap."""
    return {"reason": gap.reason, "after": gap.after}


def as_json(answer: object) -> bytes:
    """Write JSON without blanks."""
    return json.dumps(answer, separators=(",", ":")).encode()
