"""The definitions that the options of a command name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relay.cli.definitions.selection import Selection

if TYPE_CHECKING:
    from relay.cli.definitions.definition import Definition
    from relay.cli.definitions.reading import Definitions


@dataclass(frozen=True)
class Given:
    """The options of a command that reads definitions."""

    files: tuple[str, ...]
    selection: Selection
    waive: tuple[str, ...]
    env_file: str | None = None

    def read(self, without_values: bool = False) -> Definitions:
        """
        Read and check all files.

        :param without_values: whether variables may be missing, unless a file has them.
        :raises Failed: with all problems.
        """
        from relay.cli.definitions.files import read_sources
        from relay.cli.definitions.placeholders import of_environment, read_variables
        from relay.cli.definitions.reading import read_definitions
        from relay.installed import find_installed

        variables = of_environment(os.environ)
        if self.env_file is not None:
            variables.update(read_variables(self.env_file))
        sources = read_sources(self.files)
        return read_definitions(
            sources,
            find_installed().catalog,
            variables,
            self.waive,
            without_values and self.env_file is None,
        )

    def selected(
        self, definitions: Definitions, prune: bool = False
    ) -> list[Definition]:
        """
        Return the definitions that ``--select`` selects.

        :param prune: whether a kind may have no definitions: all objects of it are
            deleted.
        :raises Failed: if a condition selects nothing.
        """
        items = ((one.key.kind, one.key.hrid, one.labels) for one in definitions.found)
        self.selection.require(items, kinds=not prune)
        return [
            one
            for one in definitions.found
            if self.selection.matches(one.key.kind, one.key.hrid, one.labels)
        ]
