"""The reload of the settings file."""

from __future__ import annotations

import re
from typing import Protocol

from relay.management.http.errors import BadRequest, Conflict
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.shapes.technical import ReloadedSettings
from relay.model.role import Role
from relay.model.schema.errors import Issue
from relay.reactor.settled import Soon, settled
from relay.settings.source import SettingsError
from relay.technical.trail import Trail

_NAMED = re.compile(r"([a-z_]+(?:\.[a-z0-9_]+|\[\d+\])*) \(")


class Reloaded(Protocol):
    """The names of the settings that a reload changes."""

    @property
    def applied(self) -> tuple[str, ...]:
        """The settings that are in force now."""

    @property
    def left(self) -> tuple[str, ...]:
        """The settings whose new values take effect at the next start."""


class Reload(Protocol):
    """Reads the settings again."""

    @property
    def refuses(self) -> str | None:
        """Why no reload is taken now; None while reloads are taken."""

    def run(self, by: str) -> Soon[Reloaded]:
        """
        Reload.

        :param by: who has asked for the reload, for the log.
        :raises SettingsError: with all mistakes; nothing has changed.
        """

    def try_out(self) -> Soon[Reloaded]:
        """
        Find out what a reload would do.

        :raises SettingsError: with all mistakes.
        """


class Reloads:
    """
    The resource family of reloads.

    :param trail: has the reloads that users asked for.
    """

    def __init__(self, reload: Reload, trail: Trail) -> None:
        self._reload = reload
        self._trail = trail

    @route(
        "POST",
        "/reload",
        role=Role.ADMIN,
        answers={200: ReloadedSettings},
        refuses=(409,),
    )
    async def reload(self, call: RestCall) -> Reply:
        """Reload, or in a dry run find out what a reload would do."""
        reload, dry_run = self._reload, call.dry_run
        if reload.refuses is not None:
            raise Conflict(f"No reload now: {reload.refuses}", "reload.refused")
        try:
            asked = reload.try_out() if dry_run else reload.run(_who(call))
            found = await settled(asked)
        except SettingsError as error:
            raise BadRequest(
                "The settings have mistakes; nothing has changed",
                "settings.invalid",
                issues=[Issue(mistake, _name(mistake)) for mistake in error.mistakes],
            ) from None
        if found.applied:
            after = {"applied": list(found.applied), "left": list(found.left)}
            await self._trail.note("SETTINGS_RELOADED", after)
        return Reply(
            200,
            {
                "dryRun": dry_run,
                "applied": list(found.applied),
                "left": list(found.left),
            },
        )


def _who(call: RestCall) -> str:
    token = call.user.token
    return call.user.name if token is None else f"{call.user.name} (token {token})"


def _name(mistake: str) -> str:
    """Return the name of the setting in a mistake; empty if there is none."""
    named = _NAMED.match(mistake)
    return "" if named is None else named[1]
