"""The settings in force as JSON, for another process of the same daemon."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, TypeVar, get_type_hints

from relay.settings.types import item_section, section_of

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """
    Return a section as JSON.

    :param value: a section, or a value in one.
    """
    if is_dataclass(value):
        return {one.name: to_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    if isinstance(value, (IPv4Network, IPv6Network)):
        return {"network": str(value)}
    return value


def from_json(section: type[T], shape: dict[str, Any]) -> T:
    """
    Return a section that :func:`to_json` has written, without a check of its values.

    :param section: its dataclass.
    """
    hints: dict[str, Any] = _hints(section)  # type: ignore[arg-type]
    return section(**{name: _value(hints[name], one) for name, one in shape.items()})


@cache
def _hints(section: type[Any]) -> dict[str, Any]:
    return get_type_hints(section, include_extras=True)


def _value(hint: Any, shape: Any) -> Any:
    if shape is None:
        return None
    item = item_section(hint)
    if item is not None:
        return tuple(from_json(item, one) for one in shape)
    section = section_of(hint)
    if section is not None:
        return from_json(section, shape)
    if isinstance(shape, list):
        return tuple(_value(None, one) for one in shape)
    if isinstance(shape, dict) and shape.keys() == {"network"}:
        return ip_network(shape["network"])
    return shape
