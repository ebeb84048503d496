"""
YAML 1.2 (core schema, §10.3) read from the events of its parser.

A scalar becomes a number only where the number is written as JSON would write it:
``1.10``, ``0123``, ``1e3`` and ``2026-11-01`` stay texts, so that versions, ids and
dates arrive as they were written. ``no``, ``on`` and ``yes`` are texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    Event,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from relay.model.schema.errors import join
from relay.model.schema.json_limits import DEEPEST

MOST_VALUES = 200_000
"""The most values of a file, those that aliases repeat included."""
MOST_DOCUMENTS = 1_000
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_STANDARD = "tag:yaml.org,2002:"
_MERGE = object()


class YamlProblem(ValueError):
    """
    A text is not read as YAML.

    :param line: from 1; None when it is not known.
    """

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def read_yaml(text: str, number_keys: bool = False) -> list[tuple[Any, dict[str, int]]]:
    """
    Read every document of a text.

    :param number_keys: whether keys that are numbers are read as they are written.
    :returns: the value of each, and the line of each of its locations, from 1. An empty
        document is left out, unless there is no other.
    :raises YamlProblem: when the text is not YAML, or beyond a bound.
    """
    reader = _Reader(number_keys)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise YamlProblem(f"no YAML: {error.problem or error.context}", line) from None
    except yaml.reader.ReaderError as error:
        raise YamlProblem(f"no YAML: {error.reason}", None) from None
    except RecursionError:
        raise YamlProblem(f"nested more than {DEEPEST} levels deep", None) from None
    return reader.documents()


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Node:
    """A list or an object that is being read."""

    __slots__ = (
        "anchor",
        "at",
        "explicit",
        "is_list",
        "key",
        "merged",
        "size",
        "value",
    )

    def __init__(self, event: CollectionStartEvent, at: str) -> None:
        self.at = at
        self.anchor = event.anchor
        self.is_list = isinstance(event, SequenceStartEvent)
        self.value: Any = [] if self.is_list else {}
        self.key: Any = None
        self.explicit: set[str] = set()
        self.merged: list[dict[str, Any]] = []
        self.size = 1

    def place(self) -> str:
        """Return the location of the next value."""
        if self.is_list:
            return join(self.at, len(self.value))
        return self.at if self.key is _MERGE else join(self.at, self.key)


class _Reader:
    """Builds the values from the events."""

    def __init__(self, number_keys: bool) -> None:
        self._number_keys = number_keys
        self._documents: list[tuple[Any, dict[str, int]]] = []
        self._stack: list[_Node] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._lines: dict[str, int] = {}
        self._size = 0

    def documents(self) -> list[tuple[Any, dict[str, int]]]:
        """Return what was read, without documents that are empty."""
        return [one for one in self._documents if one[0] is not None] or (
            self._documents[:1]
        )

    def take(self, event: Event) -> None:
        """Read the next event."""
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, CollectionStartEvent):
            self._open(event)
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, CollectionEndEvent):
            self._close(event)
        elif isinstance(event, DocumentEndEvent):
            self._anchors.clear()
            if len(self._documents) > MOST_DOCUMENTS:
                raise _problem(f"more than {MOST_DOCUMENTS} documents", event)
        elif isinstance(event, StreamEndEvent) and not self._documents:
            self._documents.append((None, {}))

    def _scalar(self, event: ScalarEvent) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and not top.is_list and top.key is None:
            top.key = self._key(event, top)
            return
        value = _resolved(event)
        if event.anchor:
            self._anchors[event.anchor] = value, 1
        self._count(1)
        self._add(value, 1, event)

    def _key(self, event: ScalarEvent, node: _Node) -> Any:
        if event.value == "<<" and event.implicit[0]:
            return _MERGE
        value = _resolved(event)
        if not isinstance(value, str):
            kind = "a boolean" if isinstance(value, bool) else "a number"
            kind = "null" if value is None else kind
            if kind != "a number" or not self._number_keys:
                why = f"the key {event.value} is {kind}; write it in quotes"
                raise _problem(why, event)
            value = event.value
        if value in node.explicit:
            raise _problem(f"the key {join(node.at, value)} is given twice", event)
        node.explicit.add(value)
        return value

    def _open(self, event: CollectionStartEvent) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and not top.is_list and top.key is None:
            raise _problem("a key that is no text", event)
        if event.tag not in (None, f"{_STANDARD}map", f"{_STANDARD}seq"):
            raise _problem(f"the tag {event.tag} is not supported", event)
        if len(self._stack) >= DEEPEST:
            raise _problem(f"nested more than {DEEPEST} levels deep", event)
        at = "" if top is None else top.place()
        self._lines.setdefault(at, _line(event))
        self._count(1)
        self._stack.append(_Node(event, at))

    def _close(self, event: Event) -> None:
        node = self._stack.pop()
        for other in node.merged:
            for key, value in other.items():
                node.value.setdefault(key, value)
        if node.anchor:
            self._anchors[node.anchor] = node.value, node.size
        self._add(node.value, node.size, event)

    def _alias(self, event: AliasEvent) -> None:
        try:
            value, size = self._anchors[event.anchor or ""]
        except KeyError:
            raise _problem(f"the anchor {event.anchor} is unknown", event) from None
        top = self._stack[-1] if self._stack else None
        if top is not None and not top.is_list and top.key is None:
            raise _problem("a key must not be an alias", event)
        self._count(size)
        self._add(deepcopy(value), size, event)

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > MOST_VALUES:
            raise YamlProblem(
                f"more than {MOST_VALUES} values, those that aliases repeat included",
                None,
            )

    def _add(self, value: Any, size: int, event: Event) -> None:
        if not self._stack:
            self._documents.append((value, self._lines))
            self._lines = {}
            return
        top = self._stack[-1]
        self._lines.setdefault(top.place(), _line(event))
        top.size += size
        if top.is_list:
            top.value.append(value)
        elif top.key is _MERGE:
            top.merged += _mergeable(value, event)
        else:
            top.value[top.key] = value
        top.key = None


def _mergeable(value: Any, event: Event) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict):
            raise _problem("<< takes an object, or a list of objects", event)
        yield one


def _resolved(event: ScalarEvent) -> Any:
    text: str = event.value
    tag = event.tag
    if tag is None:
        return _core(text) if event.implicit[0] else text
    if tag in ("!", f"{_STANDARD}str"):
        return text
    value = _core(text)
    wanted: dict[str, type | tuple[type, ...]] = {
        f"{_STANDARD}int": int,
        f"{_STANDARD}float": (int, float),
        f"{_STANDARD}bool": bool,
        f"{_STANDARD}null": type(None),
    }
    if tag not in wanted:
        raise _problem(f"the tag {tag} is not supported", event)
    if not isinstance(value, wanted[tag]):
        raise _problem(f"{text} is not of the type {tag}", event)
    return value


def _core(text: str) -> Any:
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _INTEGER.fullmatch(text) and text != "-0":
        return int(text)
    if _FRACTION.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text


def _line(event: Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1


def _problem(message: str, event: Event) -> YamlProblem:
    return YamlProblem(message, _line(event))
