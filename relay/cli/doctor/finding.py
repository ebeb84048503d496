"""What a check has found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    check: str
    """The name of the check, such as ``open files``."""
    level: Level
    found: str
    """One sentence without a full stop."""
    advice: str = ""
    """What to do; empty when there is nothing to do."""

    def to_json(self) -> dict[str, Any]:
        """Return the finding in JSON."""
        return asdict(self)


def ok(check: str, found: str) -> Finding:
    """Return a finding without a problem."""
    return Finding(check, "ok", found)


def warning(check: str, found: str, advice: str) -> Finding:
    """Return a finding that may become, or hide, a problem."""
    return Finding(check, "warning", found, advice)


def error(check: str, found: str, advice: str) -> Finding:
    """Return a finding that is a problem."""
    return Finding(check, "error", found, advice)
