"""The settings of this daemon."""

from __future__ import annotations

from collections.abc import Callable

from relay.management.http.parameters import Word
from relay.management.http.reply import JSON_TYPE, Reply, dump
from relay.management.http.routing import RestCall, route
from relay.management.shapes.technical import Setting

Described = Callable[[], dict[str, dict[str, object]]]
"""Returns the settings by name, with their values and origins, without secrets."""

_ONLY = Word("only", "Leaves out what is at its default.", ("changed",))


class Configuration:
    """
    The resource family of the settings.

    :param described: returns the settings in force.
    """

    def __init__(self, described: Described) -> None:
        self._described = described

    @route("GET", "/configuration", query=(_ONLY,), answers={200: dict[str, Setting]})
    async def configuration(self, call: RestCall) -> Reply:
        """Return the settings: all, or those that are not at their default."""
        changed = call.query.one("only") is not None
        shown = {
            name: one
            for name, one in self._described().items()
            if not changed or one["origin"] != "default" or "next" in one
        }
        # Settings are no definition of an API, whose secrets are masked by type.
        return Reply(200, dump(shown), {"Content-Type": JSON_TYPE})
