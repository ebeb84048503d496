"""Looks at files, without a thread and without waiting."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from relay.tls.files.watched import Examined, Look

PATIENCE_S = 10.0


@dataclass
class Clocked:
    """
    A clock for looks.

    Files are older than the time in which a change is not trusted, unless a test writes
    them anew.
    """

    at_s: float = 1000.0
    wall_s: float = field(default_factory=lambda: time.time() + 60)

    def look(self, *subjects: Examined, forced: bool = False) -> None:
        """Examine some files, and apply what was found."""
        look = Look(self.at_s, self.wall_s, PATIENCE_S, forced)
        for subject in subjects:
            for act in subject.examine(look):
                act()

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.at_s += seconds
        self.wall_s += seconds


def replace(path: str, content: str) -> None:
    """Replace a file as careful programs do: at once, by another."""
    with open(f"{path}.new", "w", encoding="ascii") as file:
        file.write(content)
    os.replace(f"{path}.new", path)
