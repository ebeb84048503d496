"""What is noteworthy about a definition that is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from relay.model.schema.errors import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of a definition, with its place in the file."""

    path: str
    """The location in the file as it was written, such as ``spec.plans.open.security``,
    or ``[1].spec.name`` in the second of several documents; empty for the whole
    file."""
    severity: Severity
    message: str
    """One sentence."""
    line: int | None = None
    """The line of the file, from 1, when it says more than the path."""

    def to_json(self) -> dict[str, Any]:
        """Convert the finding for :func:`json.dumps`."""
        found: dict[str, Any] = {
            "path": self.path,
            "severity": self.severity,
            "message": self.message,
        }
        if self.line is not None:
            found["line"] = self.line
        return found

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class Refused(ValueError):
    """
    A definition that is not imported.

    :param findings: at least one that is severe.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__("; ".join(map(str, self.findings)))
