"""Events as text: selected, projected, one in a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from relay.cli.output import Output
from relay.cli.text import shown
from relay.eventstream.event import DEFAULT_TYPE, Event

_NOT_JSON = object()
_COLORS = ("cyan", "magenta", "blue", "green", "yellow", "red")
CONTROL_TYPES = {"relay.gap": "yellow", "error": "red", "goaway": "yellow"}
"""Types of the events that a gateway sends itself, with their colours."""


class EventPrinter:
    """
    Prints events.

    :param names: the types to print; empty for all.
    :param condition: a compiled JMESPath expression on the data; None for all. Data
        that is not JSON meets none.
    :param query: a compiled JMESPath expression; its result is printed instead of the
        data.
    :param pretty: prints JSON in several lines.
    """

    def __init__(
        self,
        output: Output,
        names: Sequence[str] = (),
        condition: Any = None,
        query: Any = None,
        pretty: bool = False,
    ) -> None:
        self._output = output
        self._names = frozenset(names)
        self._condition = condition
        self._query = query
        self._pretty = pretty
        self._parses = condition is not None or query is not None or pretty

    def take(self, event: Event) -> bool:
        """
        Print an event, if it is selected.

        :return: whether it was.
        """
        if self._names and event.type not in self._names:
            return False
        value = _parsed(event.data) if self._parses else _NOT_JSON
        if self._condition is not None and not is_true(_found(self._condition, value)):
            return False
        result = value
        if self._query is not None:
            result = _found(self._query, value)
        if self._output.json:
            self._print_json(event, result)
        else:
            self._print_text(event, result)
        return True

    def _print_json(self, event: Event, result: Any) -> None:
        line: dict[str, Any] = {
            "at": datetime.now().astimezone().isoformat(timespec="milliseconds"),
            "type": event.type,
            "id": event.id or None,
            "data": event.data,
        }
        if event.retry is not None:
            line["retry"] = event.retry
        if self._query is not None:
            line["result"] = result
        self._output.data_line(line)

    def _print_text(self, event: Event, result: Any) -> None:
        from rich.text import Text

        if result is _NOT_JSON:
            data = event.data.replace("\n", "\\n") if not self._pretty else event.data
        else:
            data = json.dumps(
                result, ensure_ascii=False, indent=2 if self._pretty else None
            )
        line = Text(f"{datetime.now():%H:%M:%S.%f}"[:12], style="dim")
        line.append(f" {shown(event.type)}", style=f"not dim {_color(event.type)}")
        if event.id:
            line.append(f" {shown(event.id)}", style="dim")
        separator = "\n" if self._pretty and "\n" in data else " "
        line.append(f"{separator}{shown(data)}", style="not dim")
        self._output.console.print(line, soft_wrap=True)


def is_true(value: Any) -> bool:
    """Return the truth value of JMESPath: zero is true, empty values are false."""
    return value is not None and value is not False and value not in ("", [], {})


def _parsed(data: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return _NOT_JSON


def _found(expression: Any, value: Any) -> Any:
    from jmespath.exceptions import JMESPathError

    if value is _NOT_JSON:
        return None
    try:
        return expression.search(value)
    except (JMESPathError, ArithmeticError, RecursionError, TypeError, ValueError):
        return None


def _color(kind: str) -> str:
    if kind == DEFAULT_TYPE:
        return "default"
    if kind in CONTROL_TYPES:
        return CONTROL_TYPES[kind]
    return _COLORS[sum(kind.encode("utf-8", "replace")) % len(_COLORS)]
