"""``--select``: some of the definitions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

import click

from relay.cli.definitions.kinds import KINDS
from relay.cli.errors import Failed

_KEYS = ("hrid", "kind", "label")


@dataclass(frozen=True)
class Selection:
    """
    Conditions on definitions.

    A definition is selected if it matches one of the conditions of each key.
    """

    hrids: tuple[str, ...] = ()
    """Patterns with ``*``, ``?`` and ``[…]``."""
    kinds: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    """Patterns as of hrids; only APIs have labels."""

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Selection:
        """
        Read the values of ``--select``.

        :param texts: each ``kind=…``, ``label=…``, ``hrid=…``, or a pattern of hrids.
        :raises click.BadParameter: if the key or the kind is unknown.
        """
        found: dict[str, list[str]] = {key: [] for key in _KEYS}
        for text in texts:
            key, equals, value = text.partition("=")
            if not equals:
                key, value = "hrid", text
            if key not in found or not value:
                raise click.BadParameter(
                    f"{text!r} is none of kind=KIND, label=PATTERN, hrid=PATTERN"
                )
            if key == "kind" and value not in KINDS:
                raise click.BadParameter(f"{value!r} is none of {', '.join(KINDS)}")
            found[key].append(value)
        return cls(*(tuple(found[key]) for key in _KEYS))

    @property
    def everything(self) -> bool:
        """Whether there are no conditions."""
        return not (self.hrids or self.kinds or self.labels)

    def require(
        self, items: Iterable[tuple[str, str, Collection[str]]], kinds: bool = True
    ) -> None:
        """
        Refuse conditions that select nothing, such as a misspelt hrid.

        :param items: kind, hrid and labels of each definition.
        :param kinds: whether there must be a definition of each kind.
        :raises Failed: if no definition matches one of the conditions, or all of them.
        """
        items = list(items)
        conditions = [
            f"{key}={value}"
            for key, values in zip(
                _KEYS, (self.hrids, self.kinds, self.labels), strict=True
            )
            for value in values
        ]
        for condition in conditions:
            if condition.startswith("kind=") and not kinds:
                continue
            alone = Selection.parse([condition])
            if not any(alone.matches(*item) for item in items):
                raise Failed(f"no definition matches --select {condition}")
        if not kinds and not self.hrids and not self.labels:
            return
        if conditions and not any(self.matches(*item) for item in items):
            raise Failed(f"no definition matches --select {' and '.join(conditions)}")

    def matches(self, kind: str, hrid: str, labels: Collection[str] = ()) -> bool:
        """
        Return whether a definition is selected.

        :param labels: of an API.
        """
        return (
            (not self.kinds or kind in self.kinds)
            and _any(self.hrids, (hrid,))
            and _any(self.labels, labels)
        )


def _any(patterns: Collection[str], texts: Collection[str]) -> bool:
    return not patterns or any(
        fnmatchcase(text, pattern) for text in texts for pattern in patterns
    )
