"""The check of a settings file: each mistake with its setting and line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relay.settings.documentation.lines import Lines
from relay.settings.schema import load
from relay.settings.source import SettingsError

_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")
"""The end of the message for text that is not TOML."""


@dataclass(frozen=True)
class Mistake:
    """A mistake in a settings file."""

    setting: str | None
    """Its name, such as ``gateway.listeners[0].id``; None for one of the whole file."""
    line: int | None
    """From 1; None when the file has no line of it."""
    message: str

    def to_json(self) -> dict[str, Any]:
        """Return the mistake in JSON."""
        return {"setting": self.setting, "line": self.line, "message": self.message}


def mistakes_in(path: str, data_dir: str) -> list[Mistake]:
    """
    Check a settings file on its own, without options and environment.

    :param data_dir: for settings that contain it; nothing is written there.
    :return: in the order of the file.
    """
    try:
        load(path, data_dir, {}, {})
    except SettingsError as error:
        found = [_mistake(one, path) for one in error.mistakes]
        return sorted(found, key=lambda one: one.line or 0)
    return []


def _mistake(text: str, path: str) -> Mistake:
    setting, sign, message = text.partition(f" ({path}): ")
    if sign:
        lines = Lines(Path(path).read_text(encoding="utf-8"))
        return Mistake(setting, lines.of(setting), message)
    place = _PLACE.search(text)
    message = _PLACE.sub("", text).removeprefix(f"{path} ")
    return Mistake(None, int(place[1]) if place else None, message)
