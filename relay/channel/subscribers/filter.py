"""The filters of a subscriber: event types, and a JMESPath expression."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Protocol

from relay.channel.entry import NOT_JSON, Entry
from relay.channel.subscribers.jmes_path import BadJmesPath, JmesPath

LONGEST_BYTES = 512


class FilterError(ValueError):
    """A filter that is refused; the message gives the reason."""


class TooManyFilters(FilterError):
    """The channel, or the client on it, has as many filters as it may."""


class Selection(Protocol):
    """Selects and transforms the entries of the log for a subscriber."""

    @property
    def key(self) -> Hashable:
        """A key that is equal for equal selections."""

    @property
    def family(self) -> Hashable:
        """
        A key that is equal for selections that differ only in clients' parameters.
        """

    @property
    def filtered(self) -> bool:
        """Whether the selection has a filter that a client has chosen."""

    def select(self, entry: Entry) -> Entry | None:
        """
        Return the entry as the subscriber receives it; None if it does not.

        :param entry: an entry of the log; a gap is always selected as it is.
        :raises TooCostly: when the filter takes too many steps.
        """


@dataclass(frozen=True)
class Filter:
    """Selects events of some types that match an expression."""

    types: frozenset[str] = frozenset()
    """Event types; empty lets all through."""
    expression: str = ""
    """JMESPath on the data as JSON; empty lets all through."""
    _compiled: JmesPath | None = field(default=None, compare=False, repr=False)

    @classmethod
    def read(cls, types: frozenset[str], expression: str) -> Filter:
        """
        Parse the filter of a client.

        :param types: event types.
        :raises FilterError: when the expression is too long or no JMESPath.
        """
        if len(expression.encode("utf-8", "replace")) > LONGEST_BYTES:
            raise FilterError(f"is longer than {LONGEST_BYTES} bytes")
        compiled = None
        if expression:
            try:
                compiled = JmesPath(expression)
            except BadJmesPath as error:
                raise FilterError(str(error)) from None
        return cls(types, expression, compiled)

    @property
    def everything(self) -> bool:
        """Whether it lets everything through."""
        return not self.types and not self.expression

    @property
    def key(self) -> Hashable:
        """Filters are equal when types and expression are."""
        return self

    @property
    def family(self) -> Hashable:
        """All filters are of one family."""
        return None

    @property
    def filtered(self) -> bool:
        """Whether it withholds any event."""
        return not self.everything

    def select(self, entry: Entry) -> Entry | None:
        """Return the entry if it matches."""
        return entry if self.matches(entry) else None

    def matches(self, entry: Entry) -> bool:
        """
        Whether the filter matches an event; a gap always matches.

        :param entry: an entry of the log.
        :raises TooCostly: when the expression takes too many steps.
        :raises JsonTooLarge: when the data holds too many JSON values.
        """
        message = entry.message
        if message is None:
            return True
        if self.types and message.type not in self.types:
            return False
        if self._compiled is None:
            return True
        data = entry.parsed()
        if data is NOT_JSON:
            return False
        found = self._compiled.search(data)
        # JMESPath's truth values: zero is true, empty values are false.
        return found is not None and found is not False and found not in ("", [], {})
