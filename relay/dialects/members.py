"""
Read the members of an object one by one, by any of their spellings.

What is not read is reported, so that no member is lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relay.dialects.draft import Origins
from relay.dialects.finding import Finding
from relay.model.schema.errors import join

_SEPARATED = re.compile(r"(?<=[^_-])[_-]+([A-Za-z0-9])")


def camel_case(name: str) -> str:
    """Return the spelling of the management API: ``pathOperator`` of
    ``path-operator``."""
    return _SEPARATED.sub(lambda match: match[1].upper(), name)


@dataclass(slots=True)
class Report:
    """What is found while a definition is converted."""

    origins: Origins
    """Where the members of the result stand in the file."""
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, path: str, message: str) -> None:
        """Report what prevents the import."""
        self.findings.append(Finding(path, "severe", message))

    def warn(self, path: str, message: str) -> None:
        """Report what is left out."""
        self.findings.append(Finding(path, "warning", message))


@dataclass(frozen=True, slots=True)
class Found:
    """A member of an object of the file."""

    value: Any = field(repr=False)
    at: str
    """The location in the file."""


class Members:
    """
    An object of the file. A member that is null is absent.

    :param at: the location of the object.
    """

    def __init__(self, value: Mapping[str, Any], at: str, report: Report) -> None:
        self.at = at
        self.report = report
        self._unread: dict[str, Found] = {}
        for key, member in value.items():
            if member is None:
                continue
            found = Found(member, join(at, key))
            first = self._unread.setdefault(camel_case(key), found)
            if first.value != member:
                report.refuse(
                    found.at, f"differs from {first.at}, which means the same"
                )

    def __contains__(self, name: str) -> bool:
        return name in self._unread

    def take(self, *names: str) -> Found | None:
        """
        Read a member.

        :param names: in camel case, of which the first one that is there is read.
        """
        for name in names:
            if found := self._unread.pop(name, None):
                return found
        return None

    def text(self, *names: str) -> str:
        """Read a member that decides how others are read, in upper case; empty when
        it is absent or no text."""
        found = self.take(*names)
        if found is None:
            return ""
        if not isinstance(found.value, str):
            self.report.refuse(found.at, "must be text")
            return ""
        return found.value.upper()

    def flag(self, name: str, default: bool = False) -> bool:
        """Read a boolean that decides how others are read."""
        found = self.take(name)
        if found is None:
            return default
        if isinstance(found.value, str) and found.value.lower() in ("true", "false"):
            return found.value.lower() == "true"
        if not isinstance(found.value, bool):
            self.report.refuse(found.at, "must be true or false")
            return default
        return found.value

    def object(self, *names: str) -> Members | None:
        """Read a member that is an object."""
        found = self.take(*names)
        return None if found is None else self.within(found)

    def within(self, found: Found) -> Members | None:
        """Return the members of an object; None, reported, for another value."""
        if not isinstance(found.value, Mapping):
            self.report.refuse(found.at, "must be an object")
            return None
        return Members(found.value, found.at, self.report)

    def items(self, *names: str) -> list[Found]:
        """Read a member that is a list."""
        found = self.take(*names)
        return [] if found is None else self.listed(found)

    def listed(self, found: Found) -> list[Found]:
        """Return the items of a list; none, reported, for another value."""
        if not isinstance(found.value, list):
            self.report.refuse(found.at, "must be a list")
            return []
        return [
            Found(one, join(found.at, number)) for number, one in enumerate(found.value)
        ]

    def objects(self, *names: str) -> list[Members]:
        """Read a member that is a list of objects."""
        return [
            members
            for found in self.items(*names)
            if (members := self.within(found)) is not None
        ]

    def skip(self, *names: str) -> None:
        """Read members that only say who wrote the definition, and when."""
        for name in names:
            self._unread.pop(name, None)

    def leave_out(self, why: str, *names: str) -> None:
        """Read members that the result has no place for, and report those that hold
        anything."""
        for name in names:
            found = self.take(name)
            if found is not None and found.value not in ("", [], {}, False):
                self.report.warn(found.at, why)

    def finish(self) -> None:
        """Report what was not read."""
        for found in self._unread.values():
            self.report.warn(found.at, "unknown field, left out")
        self._unread.clear()


class Made:
    """
    An object of the result.

    :param at: its location in the result.
    """

    def __init__(self, at: str, report: Report, source: str | None = None) -> None:
        self.at = at
        self.value: dict[str, Any] = {}
        self.report = report
        if source is not None:
            report.origins.put(at, source)

    def set(self, name: str, value: Any, source: str) -> None:
        """
        Set a member.

        :param source: the location in the file that it comes from.
        """
        self.value[name] = value
        self.report.origins.put(join(self.at, name), source)

    def copy(self, members: Members, name: str, *aliases: str) -> None:
        """Copy a member as it is, for the rules of the management API to check."""
        if found := members.take(name, *aliases):
            self.set(name, found.value, found.at)

    def copy_all(self, members: Members, *names: str) -> None:
        """Copy the members that are there."""
        for name in names:
            self.copy(members, name)
