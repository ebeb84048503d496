"""Definitions of all dialects, with what must come of each of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relay.dialects.finding import Finding

_FILES = Path(__file__).with_name("vectors")


@dataclass(frozen=True)
class Vector:
    """A file with what must come of it."""

    name: str
    content: bytes
    dialect: str
    result: str
    """``imported``, ``imported with warnings`` or ``refused``."""
    becomes: Mapping[str, Any]
    """What holds of the API, with its plans beside it under ``plans``."""
    problems: tuple[Mapping[str, Any], ...]

    @property
    def refused(self) -> bool:
        """Whether nothing is saved."""
        return self.result == "refused"

    def faults(self, findings: Iterable[Finding]) -> Iterator[str]:
        """List how the problems that were found differ from those of the vector."""
        found = list(findings)
        for wanted in self.problems:
            told = [one for one in found if _is_of(one, wanted)]
            if told or wanted.get("optional"):
                continue
            if not (self.refused and wanted["severity"] == "warning"):
                yield f"{self.name}: {wanted['path']!r} is not told"
        for one in found:
            if not any(_is_of(one, wanted) for wanted in self.problems):
                yield f"{self.name}: {one.path!r} is told: {one.message}"


def vectors() -> dict[str, Vector]:
    """Return all vectors by the numbers of their files."""
    expected = json.loads((_FILES / "expected.json").read_bytes())
    return {
        name[:2]: Vector(
            name,
            (_FILES / name).read_bytes(),
            one["dialect"],
            one["result"],
            one["becomes"],
            tuple(one["problems"]),
        )
        for name, one in expected.items()
    }


def values(value: Any, path: str) -> list[Any]:
    """Return what is at a path, in which ``[*]`` stands for all items."""
    found = [value]
    rest = path
    while rest:
        found, rest = _step(found, rest)
    return found


def _step(found: list[Any], path: str) -> tuple[list[Any], str]:
    if path.startswith("[*]"):
        return [one for items in found for one in items], path[3:]
    path = path.removeprefix(".")
    if path.startswith("["):
        index, _, rest = path[1:].partition("]")
        return [items[int(index)] for items in found], rest
    # A key may contain dots and brackets.
    ends = [at for at, sign in enumerate(path) if sign in ".["] + [len(path)]
    for end in reversed(ends):
        key = path[:end]
        if all(isinstance(one, Mapping) and key in one for one in found):
            return [one[key] for one in found], path[end:]
    raise KeyError(path)


def _is_of(finding: Finding, wanted: Mapping[str, Any]) -> bool:
    at = wanted["path"]
    line = wanted.get("line")
    return (
        finding.severity == wanted["severity"]
        and (
            not at
            or finding.path == at
            or finding.path.startswith((f"{at}.", f"{at}["))
        )
        and line in (None, finding.line)
    )
