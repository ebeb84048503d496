"""The type of a setting in words, with its bounds and unit."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from relay.settings.types import Check, Range, Ratio

_UNITS = {
    "_ms": "milliseconds",
    "_bytes": "bytes",
    "_hours": "hours",
    "_days": "days",
    "_percent": "percent",
}
_UNBOUNDED = (2**31 - 1, 2**40)
"""Largest values that stand for no upper bound of their own."""


@dataclass(frozen=True)
class Kind:
    """The type of a setting."""

    name: str
    """Of one value, such as ``whole number``."""
    many: bool = False
    """Whether the setting is a list of such values."""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None

    @property
    def limits(self) -> str:
        """The bounds in words; empty for at least 0 or 1."""
        if self.minimum is None or self.maximum is None:
            return ""
        if self.maximum not in _UNBOUNDED:
            return f"{self.minimum:,} to {self.maximum:,}"
        return f"at least {self.minimum:,}" if self.minimum > 1 else ""

    def describe(self, quote: str) -> str:
        """
        Return the type as a phrase.

        :param quote: the sign on both sides of a literal value, such as a backtick.
        """
        if self.choices:
            *others, last = (f"{quote}{one}{quote}" for one in self.choices)
            return f"{', '.join(others)} or {last}"
        name = self.unit or self.name.replace("`", quote)
        bounded = f"{name}, {self.limits}" if self.limits else name
        return f"list, each {bounded}" if self.many else bounded


def kind_of(name: str, annotation: object) -> Kind:
    """
    Return the type of a setting.

    :param name: of the field; its last word is the unit.
    :param annotation: of the field, with its metadata.
    """
    metadata: tuple[Any, ...] = ()
    if get_origin(annotation) is Union or isinstance(annotation, types.UnionType):
        alternatives = [a for a in get_args(annotation) if a is not types.NoneType]
        return kind_of(name, alternatives[0])
    if get_origin(annotation) is tuple:
        one = kind_of(name, get_args(annotation)[0])
        return Kind(one.name, True, one.choices, one.minimum, one.maximum, one.unit)
    if annotation == Ratio:
        return Kind("number", minimum=0, maximum=1)
    if get_origin(annotation) is Annotated:
        annotation, *rest = get_args(annotation)
        metadata = tuple(rest)
    if get_origin(annotation) is Literal:
        return Kind("text", choices=get_args(annotation))
    for one in metadata:
        if isinstance(one, Check):
            return Kind(one.kind)
        if isinstance(one, Range):
            unit = next((u for end, u in _UNITS.items() if name.endswith(end)), None)
            return Kind("whole number", False, (), one.minimum, one.maximum, unit)
    return Kind({bool: "boolean", str: "text"}[annotation])  # type: ignore[index]
