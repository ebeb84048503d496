"""What is noted while a definition is read."""

from __future__ import annotations

from copy import deepcopy

from relay.dialects.draft import Origins
from relay.dialects.finding import Finding


class Notes:
    """
    What is noted while a definition is read.

    :param at: the location of the definition in its file.
    :param places: where the members of the definition stand in the file, if it was
        converted before; ``at`` is the location in the converted one then.
    """

    def __init__(self, at: str, places: Origins | None = None) -> None:
        self.origins = Origins(at) if places is None else deepcopy(places)
        self.findings: list[Finding] = []
        self._places = Origins() if places is None else places

    def put(self, target: str, source: str) -> None:
        """Note the origin of a member of the draft."""
        self.origins.put(target, self._places.of(source))

    def warn(self, path: str, message: str) -> None:
        """Note what is left out, or read in another way than it is written."""
        self.findings.append(Finding(self._places.of(path), "warning", message))

    def refuse(self, path: str, message: str, line: int | None = None) -> None:
        """Note what concerns access or traffic, and cannot be read."""
        self.findings.append(Finding(self._places.of(path), "severe", message, line))
