"""Every setting with its value and where the value is from, for an operator."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from relay.settings.schema import Settings, read_sources
from relay.settings.source import Given, Origin
from relay.settings.types import SECRET, item_section

NONE = object()
"""Stands for the default of a setting that has none."""
HIDDEN = "********"
"""Stands for the value of a secret."""
_USER = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_QUERY = re.compile(r"(?<=\?).+")


@dataclass(frozen=True)
class Described:
    """One setting."""

    value: object
    """As JSON; secrets are hidden."""
    origin: Origin
    source: str | None
    """The option, the variable or the path of the file; None for a default."""
    default: object = NONE
    """As JSON; absent for a setting that has none."""


class Sources:
    """
    The sources of the settings of one daemon.

    :param config_path: the TOML file, if there is one.
    :param data_dir: where the daemon keeps its files; made absolute.
    :param environ: the environment.
    :param options: the command line, as for :func:`relay.settings.schema.load`.
    """

    def __init__(
        self,
        config_path: str | None,
        data_dir: str,
        environ: Mapping[str, str],
        options: Mapping[str, object],
    ) -> None:
        self._sources = config_path, data_dir, environ, options
        self._newest: tuple[Settings, Mapping[str, Given]] | None = None
        self._read: tuple[Settings, Mapping[str, Given]] | None = None

    def read(self) -> Settings:
        """
        Read the settings again.

        :raises SettingsError: with one line for each thing that cannot be used.
        """
        self._read = read_sources(*self._sources)
        return self._read[0]

    def confirm(self) -> None:
        """The settings that were read last have been put in force."""
        self._newest = self._read

    def describe(self, in_force: Settings) -> dict[str, dict[str, object]]:
        """
        Describe every setting.

        :param in_force: the present settings, which a reload may have left as they
            were.
        :return: by name, such as ``gateway.listeners[0].endpoint``: ``value``,
            ``origin``, ``source`` unless it is a default, ``default`` if there is one,
            and ``next`` if another value was read that takes effect at the next start.
        """
        read, given = (in_force, {}) if self._newest is None else self._newest
        newest = dict(_described(read, dict(given), ""))
        present = dict(_described(in_force, dict(given), ""))
        shapes: dict[str, dict[str, object]] = {}
        for name in {**present, **newest}:
            new = newest.get(name)
            one = present.get(name, Described(None, "default", None))
            origin = new or one
            shapes[name] = {"value": one.value, "origin": origin.origin}
            if origin.source is not None:
                shapes[name]["source"] = origin.source
            if origin.default is not NONE:
                shapes[name]["default"] = origin.default
            if new is not None and new.value != one.value:
                shapes[name]["next"] = new.value
        return shapes


def _described(
    section: Any, given: dict[str, Given], prefix: str
) -> Iterator[tuple[str, Described]]:
    hints = get_type_hints(type(section), include_extras=True)
    for field in fields(section):
        key, value, hint = (
            f"{prefix}{field.name}",
            getattr(section, field.name),
            hints[field.name],
        )
        if is_dataclass(value):
            yield from _described(value, given, f"{key}.")
        elif item_section(hint) is not None:
            yield from _tables(key, value, given)
        else:
            shown = HIDDEN if value is not None and is_secret(hint) else _json(value)
            one = given.get(key, Given(None, "", origin="default"))
            default = NONE if field.default is MISSING else _json(field.default)
            yield key, Described(shown, one.origin, one.source or None, default)


def _tables(
    key: str, items: tuple[Any, ...], given: dict[str, Given]
) -> Iterator[tuple[str, Described]]:
    whole = given.get(key)
    tables = whole.value if whole is not None else None
    for number, item in enumerate(items):
        prefix = f"{key}[{number}]"
        inner: dict[str, Given] = {}
        if whole is not None and isinstance(tables, list) and number < len(tables):
            inner = dict(_flat(prefix, tables[number], whole))
        yield from _described(item, inner, f"{prefix}.")


def _flat(key: str, value: object, given: Given) -> Iterator[tuple[str, Given]]:
    yield key, Given(value, given.source, origin=given.origin)
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _flat(f"{key}.{name}", one, given)


def is_secret(hint: object) -> bool:
    """
    Whether the type of a setting, or a part of it, is marked as a secret.

    :param hint: with its metadata.
    """
    if SECRET in getattr(hint, "__metadata__", ()):
        return True
    return get_origin(hint) is not None and any(map(is_secret, get_args(hint)))


def _json(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, tuple | list):
        return [_json(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): _json(one) for name, one in value.items()}
    text = str(value)
    return _QUERY.sub(HIDDEN, _USER.sub(HIDDEN, text)) if "://" in text else text
