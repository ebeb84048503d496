"""
The forms of Gravitee's ``http-get`` entrypoint: JSON, XML and plain text.

An item has the id, the content, and on request the headers and the metadata of a
message. Gravitee writes contents, ids and names into XML and text as they are, so that
a publisher can forge further items; here they are escaped, and what is escaped reads
the same to an XML parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from relay.channel.entry import Entry
from relay.connectors.polling.form import Page, PollForm, as_json, gap_as_json

SOURCE_TIMESTAMP = "sourceTimestamp"
"""The name in the metadata of the time of an event, in milliseconds since the epoch."""
STOPPING = "Stopping, please reconnect"
"""The content of the error item of an answer that ends early."""
_GOES_ON = "\n "
_NO_NAME = re.compile(r"[^\w.-]", re.ASCII)
_NO_FIRST = re.compile(r"^(?![A-Za-z_])")
_LINE_END = re.compile("\r\n?|\n")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Item(NamedTuple):
    """
    A message as all forms show it.

    :param headers: None if items have none.
    :param metadata: None if items have none.
    """

    id: str
    content: str
    headers: Mapping[str, str] | None
    metadata: Mapping[str, str | int] | None


class _GraviteeForm:
    fills = True

    def __init__(self, headers: bool, metadata: bool) -> None:
        self._headers = headers
        self._metadata = metadata

    def event_id(self, entry: Entry) -> str:
        """Return the source's id, or Relay's if the source has given none."""
        return entry.source_id

    def item(self, entry: Entry) -> Item:
        """Make the item of a message; binary content is base64."""
        message = entry.message
        assert message is not None
        return Item(
            entry.source_id,
            message.data,
            (message.headers or {}) if self._headers else None,
            metadata_of(entry) if self._metadata else None,
        )

    def _error(self, page: Page) -> Item | None:
        if not page.stopping:
            return None
        headers: Mapping[str, str] | None = {} if self._headers else None
        return Item("goaway", STOPPING, headers, {} if self._metadata else None)


def metadata_of(entry: Entry) -> dict[str, str | int]:
    """
    Return the metadata of a message, which begin with the time of the message.

    :param entry: with a message.
    """
    message = entry.message
    assert message is not None
    return {SOURCE_TIMESTAMP: entry.timestamp_ms, **(message.metadata or {})}


def _pagination(page: Page) -> dict[str, str]:
    members = {
        "cursor": page.cursor,
        "nextCursor": page.next_cursor,
        "limit": page.limit,
    }
    return {name: value for name, value in members.items() if value}


class JsonForm(_GraviteeForm):
    """``{"items": […], "pagination": {…}}``."""

    media_type = b"application/json"

    def body(self, page: Page) -> bytes:
        """Write the answer; ``error`` and ``gaps`` only if there are any."""
        answer: dict[str, Any] = {"items": [self._object(item) for item in page.items]}
        if (error := self._error(page)) is not None:
            answer["error"] = self._object(error)
        answer["pagination"] = _pagination(page)
        if page.gaps:
            answer["gaps"] = [gap_as_json(gap) for gap in page.gaps]
        return as_json(answer)

    def _object(self, item: Item) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": item.id, "content": item.content}
        if item.headers is not None:
            shown["headers"] = {name: [value] for name, value in item.headers.items()}
        if item.metadata is not None:
            shown["metadata"] = item.metadata
        return shown


class XmlForm(_GraviteeForm):
    """``<response><items><item>…</item></items><pagination>…</pagination></response>``.

    Characters that XML does not have become U+FFFD; a name that is no name of an
    element has ``_`` in the place of what is not allowed.
    """

    media_type = b"application/xml"

    def body(self, page: Page) -> bytes:
        """Write the document, in UTF-8, without a declaration."""
        items = "".join([self._element("item", item) for item in page.items])
        error = self._error(page)
        parts = [
            "<response><items>",
            items,
            "</items>",
            "" if error is None else self._element("error", error),
            _group("pagination", _pagination(page)),
        ]
        if page.gaps:
            gaps = [_group("gap", gap_as_json(gap)) for gap in page.gaps]
            parts.append(f"<gaps>{''.join(gaps)}</gaps>")
        parts.append("</response>")
        return "".join(parts).encode("utf-8", "replace")

    def _element(self, name: str, item: Item) -> str:
        parts = [f"<{name}>", _group("id", item.id), _content(item.content)]
        if item.headers is not None:
            parts.append(_group("headers", item.headers))
        if item.metadata is not None:
            parts.append(_group("metadata", item.metadata))
        parts.append(f"</{name}>")
        return "".join(parts)


def _content(text: str) -> str:
    # A parser makes LF of a bare CR, and ends a section at the first "]]>".
    text = _NO_XML.sub("\ufffd", text).replace("]]>", "]]]]><![CDATA[>")
    text = text.replace("\r", "]]>&#13;<![CDATA[")
    return f"<content><![CDATA[{text}]]></content>"


def _group(name: str, value: Mapping[str, Any] | str | int | None) -> str:
    """Write an element that holds a text, or an element for each member."""
    name = _NO_FIRST.sub("_", _NO_NAME.sub("_", name)) if name else "_"
    if isinstance(value, Mapping):
        inner = "".join([_group(one, text) for one, text in value.items()])
    elif value is None:
        inner = ""
    else:
        inner = escape(_NO_XML.sub("\ufffd", str(value)), {"\r": "&#13;"})
    return f"<{name}>{inner}</{name}>"


class TextForm(_GraviteeForm):
    """
    ``items``, then for each message a block of lines.

    Further lines of a content begin with a blank, so that no content can pretend to be
    another item.
    """

    media_type = b"text/plain"

    def body(self, page: Page) -> bytes:
        """Write the blocks, each but the first after an empty line."""
        blocks = [self._block("item", item) for item in page.items]
        if (error := self._error(page)) is not None:
            blocks.append(self._block("error", error))
        for gap in page.gaps:
            blocks.append(_lines("gap", gap_as_json(gap).items()))
        pagination = _lines("pagination", _pagination(page).items()).rstrip("\n")
        text = "items\n" + "\n".join(blocks) + "\n" + pagination
        return text.encode("utf-8", "replace")

    def _block(self, name: str, item: Item) -> str:
        members: list[tuple[str, str]] = [("id", item.id), ("content", item.content)]
        if item.headers is not None:
            lists = {name: f"[{value}]" for name, value in item.headers.items()}
            members.append(("headers", _braces(lists)))
        if item.metadata is not None:
            members.append(("metadata", _braces(item.metadata)))
        return _lines(name, members)


def _lines(name: str, members: Iterable[tuple[str, str | None]]) -> str:
    lines = [f"{key}: {_LINE_END.sub(_GOES_ON, one or '')}\n" for key, one in members]
    return f"{name}\n{''.join(lines)}"


def _braces(values: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{name}={value}" for name, value in values.items()) + "}"


def gravitee_forms(headers: bool, metadata: bool) -> tuple[PollForm, ...]:
    """
    Make all forms.

    :param headers: whether items have the headers of their events.
    :param metadata: whether items have the metadata of their events.
    :return: the form for ``*/*`` first, the one for a call without ``Accept`` last.
    """
    return (
        JsonForm(headers, metadata),
        XmlForm(headers, metadata),
        TextForm(headers, metadata),
    )
