"""Types of options."""

from typing import Any

import click
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.streams.options import Duration, Expression, Size


class TypeTests(SynchronousTestCase):
    """What is read, and what is refused."""

    def test_values(self) -> None:
        """Numbers with units."""
        for kind, text, value in (
            (Duration(), "90", 90),
            (Duration(), "1.5s", 1.5),
            (Duration(), "250ms", 0.25),
            (Duration(), "2m", 120),
            (Duration(), "24h", 86400),
            (Duration(), "1d", 86400),
            (Size(), "10", 10),
            (Size(), "2k", 2048),
            (Size(), "1G", 1024**3),
        ):
            read: Any = kind.convert(text, None, None)
            self.assertEqual(read, value, text)

    def test_mistakes(self) -> None:
        """They are errors of the command line."""
        for kind, text in (
            (Duration(), "-1"),
            (Duration(), "1w"),
            (Duration(), ""),
            (Duration(), "400d"),
            (Size(), "1.5k"),
            (Size(), "x"),
            (Expression(), "a["),
        ):
            with self.assertRaises(click.BadParameter):
                kind.convert(text, None, None)

    def test_expression(self) -> None:
        """It is compiled."""
        self.assertEqual(
            Expression().convert("a.b", None, None).search({"a": {"b": 1}}), 1
        )
