"""The sources of settings: the file, the environment and the command line.

A source is a mapping from the dotted key of a setting to a :class:`Given` value.
Sources are merged key by key, and the result is built into frozen dataclasses.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from typing import Any, Literal, TypeVar, cast, get_type_hints

from relay.settings.demo import DemoSettings
from relay.settings.types import convert, item_section, section_of

T = TypeVar("T")
Origin = Literal["option", "environment", "file", "default"]

_PREFIX = "RELAY__"
_LISTENERS = "gateway.listeners"
LISTENERS_VARIABLE = "RELAY__GATEWAY__LISTENERS"
"""Endpoint strings between spaces, one for each listener."""


class SettingsError(Exception):
    """
    Settings that cannot be used.

    :param mistakes: each in one line that names its key and its source.
    """

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class Mistakes:
    """Collects all mistakes, so that they are reported together."""

    def __init__(self) -> None:
        self._found: list[str] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note the mistakes of a block, and continue behind it."""
        try:
            yield
        except SettingsError as error:
            self._found += error.mistakes

    def check(self) -> None:
        """
        Report the mistakes that were noted.

        :raises SettingsError: unless there are none.
        """
        if self._found:
            raise SettingsError(*dict.fromkeys(self._found))


@dataclass(frozen=True)
class Given:
    """One value as its source gave it."""

    value: object
    source: str
    """The file, variable or option, for error messages."""
    text: bool = False
    """Whether the source has only text, which is then read."""
    origin: Origin = "file"
    """The kind of the source."""


def from_file(path: str, root: type[Any], mistakes: Mistakes) -> dict[str, Given]:
    """
    Read a TOML file.

    :param root: the dataclass of all settings.
    :param mistakes: notes unknown keys; the other keys are returned.
    :raises SettingsError: when the file cannot be read or is not TOML.
    """
    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        # Not TOML, or not UTF-8.
        raise SettingsError(f"{path} is not TOML: {error}") from None
    return _flatten(document, root, path, mistakes)


def from_environment(
    environ: Mapping[str, str], root: type[Any], mistakes: Mistakes
) -> dict[str, Given]:
    """
    Read the environment.

    :param environ: only names that begin with ``RELAY__`` are read.
    :param root: the dataclass of all settings.
    :param mistakes: notes names that no setting has; the others are returned.
    """
    known = {variable_of(key): key for key in keys(root)}
    given: dict[str, Given] = {}
    _check_underscores(environ, list(known), mistakes)
    for name in sorted(n for n in environ if n.startswith(_PREFIX)):
        with mistakes.noted():
            if name.startswith(f"{LISTENERS_VARIABLE}__"):
                raise SettingsError(
                    f"{_LISTENERS} ({name}): only endpoint strings can be given, in "
                    f"{LISTENERS_VARIABLE}; the rest of a listener needs the file"
                )
            if name not in known:
                raise SettingsError(_unknown(name, "environment", list(known)))
            if name == LISTENERS_VARIABLE:
                given[_LISTENERS] = _listeners(
                    environ[name].split(), name, "environment"
                )
            else:
                given[known[name]] = Given(
                    environ[name], name, text=True, origin="environment"
                )
    return given


def variable_of(key: str) -> str:
    """
    Return the name of the environment variable of a setting.

    :param key: dotted, such as ``log.access``.
    """
    return _PREFIX + key.upper().replace(".", "__")


def _check_underscores(
    environ: Mapping[str, str], known: Sequence[str], mistakes: Mistakes
) -> None:
    """Note variables that are settings but for the number of their underscores."""
    spelled = {name.replace("__", "_"): name for name in known}
    for name in sorted(environ):
        meant = spelled.get(name.replace("__", "_"))
        if meant is not None and not name.startswith(_PREFIX):
            with mistakes.noted():
                raise SettingsError(
                    f"{name} (environment): there is no such setting; "
                    f"did you mean {meant}?"
                )


def from_options(options: Mapping[str, object]) -> dict[str, Given]:
    """
    Read the command line.

    :param options: ``gateway`` holds endpoint strings, ``management`` and ``technical``
        one, ``workers`` a number or ``auto``; others are ignored.
    """
    given: dict[str, Given] = {}
    if gateway := options.get("gateway"):
        endpoints = [gateway] if isinstance(gateway, str) else gateway
        named = cast(Sequence[str], endpoints)
        given[_LISTENERS] = _listeners(named, "--gateway", "option")
    if management := options.get("management"):
        given["management.endpoint"] = Given(
            management, "--management", origin="option"
        )
    if "workers" in options:
        workers = options["workers"]
        given["process.workers"] = Given(
            "0" if workers == "auto" else workers,
            "--workers",
            text=True,
            origin="option",
        )
    if "technical" in options:
        given["technical.endpoint"] = Given(
            options["technical"], "--technical", origin="option"
        )
    return given


def from_demo(demo: DemoSettings) -> dict[str, Given]:
    """
    Return the defaults of a daemon that runs the demo: its addresses, and a log that
    leaves the terminal to the demo.
    """
    values = {
        "management.endpoint": demo.endpoints["management"],
        "technical.endpoint": demo.endpoints["technical"],
        "log.level": "warn",
    }
    gateway = {_LISTENERS: _listeners([demo.endpoints["gateway"]], "--demo", "option")}
    return gateway | {
        name: Given(value, "--demo", origin="option") for name, value in values.items()
    }


def _listeners(endpoints: Sequence[str], source: str, origin: Origin) -> Given:
    if not endpoints:
        raise SettingsError(f"{_LISTENERS} ({source}): must be at least one endpoint")
    tables = [
        {"id": f"default-{n}" if n > 1 else "default", "endpoint": endpoint}
        for n, endpoint in enumerate(endpoints, start=1)
    ]
    return Given(tables, source, origin=origin)


def _flatten(
    table: Mapping[str, object],
    section: type[Any],
    source: str,
    mistakes: Mistakes,
    prefix: str = "",
) -> dict[str, Given]:
    """
    Turn nested tables into dotted keys.

    :param section: the dataclass that the table must fit.
    :param mistakes: notes keys that the dataclass has no field for.
    """
    hints = get_type_hints(section, include_extras=True)
    known = {field.name: hints[field.name] for field in fields(section)}
    given: dict[str, Given] = {}
    for name, value in table.items():
        key = f"{prefix}{name}"
        with mistakes.noted():
            if name not in known:
                raise SettingsError(_unknown(key, source, [prefix + n for n in known]))
            nested = section_of(known[name])
            if nested is None:
                given[key] = Given(value, source)
            elif isinstance(value, Mapping):
                if not value:
                    # Kept: an empty tls table is not the same as no tls table.
                    given[key] = Given(value, source)
                given |= _flatten(value, nested, source, mistakes, f"{key}.")
            else:
                raise SettingsError(f"{key} ({source}): must be a table")
    return given


def keys(section: type[Any], prefix: str = "") -> list[str]:
    """Return the dotted key of every value in a section; a list counts as one value."""
    hints = get_type_hints(section)
    found: list[str] = []
    for field in fields(section):
        nested = section_of(hints[field.name])
        key = f"{prefix}{field.name}"
        found += keys(nested, f"{key}.") if nested else [key]
    return found


def _unknown(key: str, source: str, known: list[str]) -> str:
    """Return the error line for an unknown setting, with the most similar known one."""
    near = get_close_matches(key, known, n=1, cutoff=0.75)
    # A quoted TOML key may hold a line break.
    key = key if key.isprintable() else ascii(key)
    advice = f"; did you mean {near[0]}?" if near else ""
    return f"{key} ({source}): there is no such setting{advice}"


def build(
    section: type[T], given: Mapping[str, Given], source: str, prefix: str = ""
) -> T:
    """
    Build a section.

    :param given: the merged sources.
    :param source: the source to name when a value without a default is missing.
    :param prefix: of the keys that belong to this section.
    :return: the dataclass with the given values, and its defaults for the rest.
    :raises SettingsError: for all values that do not fit or are missing; if there are
        none, for values that contradict each other.
    """
    mistakes = Mistakes()
    hints = get_type_hints(section, include_extras=True)
    values: dict[str, Any] = {}
    for field in fields(section):  # type: ignore[arg-type]  # T is a dataclass here
        key, annotation = f"{prefix}{field.name}", hints[field.name]
        nested = section_of(annotation)
        inside = [
            one.source
            for name, one in given.items()
            if name == key or name.startswith(f"{key}.")
        ]
        with mistakes.noted():
            if nested is not None and inside:
                values[field.name] = build(nested, given, inside[0], f"{key}.")
            elif key in given:
                values[field.name] = _value(key, given[key], annotation)
            elif field.default is MISSING:
                raise SettingsError(f"{key} ({source}): is missing")
    mistakes.check()
    try:
        return section(**values)
    except ValueError as error:
        # Values of the section contradict each other.
        raise SettingsError(f"{prefix.rstrip('.')} ({source}): {error}") from None


def _value(key: str, given: Given, annotation: object) -> Any:
    item = item_section(annotation)
    if item is not None:
        return _tables(key, given, item)
    try:
        return convert(given.value, annotation, given.text)
    except ValueError as error:
        raise SettingsError(f"{key} ({given.source}): {error}") from None


def _tables(key: str, given: Given, section: type[Any]) -> tuple[Any, ...]:
    source = given.source
    if not isinstance(given.value, list) or not given.value:
        raise SettingsError(f"{key} ({source}): must be at least one table")
    built = []
    mistakes = Mistakes()
    for position, table in enumerate(given.value):
        name = f"{key}[{position}]"
        with mistakes.noted():
            if not isinstance(table, Mapping):
                raise SettingsError(f"{name} ({source}): must be a table")
            flat = _flatten(table, section, source, mistakes, f"{name}.")
            built.append(build(section, flat, source, f"{name}."))
    mistakes.check()
    return tuple(built)
