"""The types of settings in words."""

from __future__ import annotations

from typing import Annotated, Literal

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.documentation.kind import kind_of
from relay.settings.types import (
    Bytes,
    Count,
    CountOrOff,
    HostName,
    Milliseconds,
    Proxy,
    PublicUrl,
    Range,
    Ratio,
)


class KindTests(SynchronousTestCase):
    """What the documentation has as the type of a setting."""

    def test_in_words(self) -> None:
        """Units are named by the setting, bounds only when they are its own."""
        for name, annotation, words in (
            ("a_ms", Milliseconds, "milliseconds"),
            ("a_ms", Annotated[int, Range(100, 60_000)], "milliseconds, 100 to 60,000"),
            ("a_bytes", Bytes, "bytes, at least 1,024"),
            ("a_percent", Annotated[int, Range(1, 100)], "percent, 1 to 100"),
            ("a", Count, "whole number"),
            ("a", CountOrOff, "whole number"),
            ("a", Ratio, "number, 0 to 1"),
            ("a", bool, "boolean"),
            ("a", str, "text"),
            ("a", str | None, "text"),
            ("a", PublicUrl | None, "URL"),
            ("a", Literal["end", "warn"], "`end` or `warn`"),
            ("a", Literal["x", "y", "z"], "`x`, `y` or `z`"),
            ("a", tuple[HostName, ...], "list, each host name"),
            ("a", tuple[Proxy, ...], "list, each address, CIDR block or `unix`"),
        ):
            self.assertEqual(kind_of(name, annotation).describe("`"), words)

    def test_bounds(self) -> None:
        """They are exact, whatever the words leave out."""
        kind = kind_of("a_ms", Milliseconds)
        self.assertEqual((kind.minimum, kind.maximum), (1, 2**31 - 1))
        self.assertEqual(kind.unit, "milliseconds")
