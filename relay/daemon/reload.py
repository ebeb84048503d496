"""
The reload: the settings are read again, and what can change while the daemon runs does.

A reload has all of its effects or none: everything that can fail is prepared first, and
nothing that is prepared has an effect before it is committed. Reloads never overlap. In
a process without workers a reload runs within one turn of the reactor, so that no
client meets half of one; workers prepare it side by side, and commit it together.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from relay.daemon.errors import CannotStart
from relay.settings.effect import Merged, Taker, merged
from relay.settings.schema import Settings
from relay.settings.source import SettingsError
from relay.tls.material import MaterialError


def nothing() -> None:
    """Do nothing."""


class Prepared(NamedTuple):
    """
    A change that cannot fail any more.

    :param commit: puts the change in force.
    :param abandon: frees what was opened for a change that is not committed.
    """

    commit: Callable[[], None]
    abandon: Callable[[], None] = nothing


Prepare = Callable[[Settings], Prepared]
"""Prepares a part of the daemon for other settings, without any effect.

It raises :class:`~relay.daemon.errors.CannotStart`,
:class:`~relay.settings.source.SettingsError`,
:class:`~relay.tls.material.MaterialError` or ``OSError`` when the settings cannot be
used."""


Part = tuple[Taker, Prepare]
"""A part of the daemon, and what prepares it; several may have the same taker."""


PrepareOthers = Callable[[Settings], Coroutine[Deferred[Any], Any, Prepared]]
"""Prepares other processes, after this one is prepared.

It raises :class:`~relay.settings.source.SettingsError` when one of them cannot use the
settings."""


class Source(Protocol):
    """Where settings are read."""

    def read(self) -> Settings:
        """
        Read the settings again.

        :raises SettingsError: with all mistakes.
        """

    def confirm(self) -> None:
        """The settings that were read last are put in force."""


class ReloadRefused(Exception):
    """The daemon takes no reload now; the message has the reason."""


@dataclass(frozen=True)
class Reloaded:
    """The result of a reload, as names of settings such as ``log.access``."""

    applied: tuple[str, ...]
    left: tuple[str, ...]
    """Changed in the file, and in force from the next start on."""


class Reload:
    """
    Reads the settings again, and changes the daemon.

    No reload is taken before :meth:`accept`.

    :param settings: in force since the start.
    :param sources: of the settings, the same as at the start.
    :param reopen: opens the log files again, whatever becomes of the reload.
    :param renew: called by each reload that succeeds: reads certificates again, and the
        like.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    log = Logger()

    def __init__(
        self,
        settings: Settings,
        sources: Source,
        reopen: Callable[[], None],
        renew: Callable[[], None],
        wall_ms: Callable[[], int],
    ) -> None:
        self.settings = settings
        """The settings in force."""
        self.began: list[Callable[[], None]] = []
        """Called before each reload."""
        self.ended: list[Callable[[], None]] = []
        """Called after each reload, whether it has succeeded or not."""
        self.last_successful = True
        """Whether the last reload, or else the start, has succeeded."""
        self.last_success_ms = wall_ms()
        """When the settings were last put in force, in milliseconds since the Unix
        epoch."""
        self._obstacle: Callable[[], str | None] = lambda: "the daemon is starting"
        self._sources = sources
        self._reopen = reopen
        self._renew = renew
        self._wall_ms = wall_ms
        self._parts: Sequence[Part] = ()
        self._others: PrepareOthers | None = None
        self._runs = False

    def accept(
        self,
        parts: Sequence[Part],
        obstacle: Callable[[], str | None],
        others: PrepareOthers | None = None,
    ) -> None:
        """
        Take reloads from now on.

        :param parts: of the daemon, in the order in which they are prepared.
        :param obstacle: returns why no reload is taken now; None if one is taken.
        :param others: prepares other processes; None without any.
        """
        self._parts = parts
        self._obstacle = obstacle
        self._others = others

    @property
    def refuses(self) -> str | None:
        """Why no reload is taken now; None while reloads are taken."""
        return "another reload is under way" if self._runs else self._obstacle()

    async def hang_up(self) -> None:
        """Reload because of SIGHUP; what prevents it is logged."""
        with suppress(SettingsError):
            try:
                await self.run("SIGHUP")
            except ReloadRefused as refused:
                self.log.warn("no reload by SIGHUP: {reason}", reason=refused)

    async def run(self, by: str) -> Reloaded:
        """
        Reload.

        :param by: who has asked for the reload, for the log.
        :raises ReloadRefused: when the daemon takes no reload now.
        :raises SettingsError: with all mistakes; nothing has changed.
        """
        self._reopen()
        self._check()
        self._call(self.began)
        self._runs = True
        try:
            return await self._run(by)
        finally:
            self._runs = False
            self._call(self.ended)

    async def try_out(self) -> Reloaded:
        """
        Find out what a reload would do, without doing it.

        :raises ReloadRefused: when the daemon takes no reload now.
        :raises SettingsError: with all mistakes.
        """
        self._check()
        change = self._change()
        self._runs = True
        try:
            for one in await self._prepare_all(change):
                one.abandon()
        finally:
            self._runs = False
        return Reloaded(change.applied, change.left)

    def take(self, settings: Settings) -> Prepared:
        """
        Prepare settings that another process puts in force.

        :raises SettingsError: with all mistakes.
        """
        change = merged(self.settings, settings)
        prepared = self._prepare(change)

        def abandon() -> None:
            for one in prepared:
                one.abandon()

        return Prepared(lambda: self._commit(change, prepared), abandon)

    def _check(self) -> None:
        obstacle = self.refuses
        if obstacle is not None:
            raise ReloadRefused(obstacle)

    async def _run(self, by: str) -> Reloaded:
        try:
            change = self._change()
            prepared = await self._prepare_all(change)
        except SettingsError as error:
            self.last_successful = False
            for mistake in error.mistakes:
                self.log.error("reload: {mistake}", mistake=mistake)
            self.log.error("reload by {by}: the settings stay as they were", by=by)
            raise
        self._sources.confirm()
        self._commit(change, prepared)
        for name in change.left:
            self.log.warn(
                "{name}: changed in the file; takes effect at the next start", name=name
            )
        self.log.info(
            "reload by {by}: changed {names}",
            by=by,
            names=", ".join(change.applied) or "no setting",
        )
        return Reloaded(change.applied, change.left)

    def _commit(self, change: Merged, prepared: Sequence[Prepared]) -> None:
        self.settings = change.settings
        self._call([*(one.commit for one in prepared), self._renew])
        self.last_successful = True
        self.last_success_ms = self._wall_ms()

    def _change(self) -> Merged:
        read = self._sources.read()
        try:
            return merged(self.settings, read)
        except ValueError as error:
            raise SettingsError(f"{error} (with what the next start changes)") from None

    async def _prepare_all(self, change: Merged) -> list[Prepared]:
        """
        Prepare this process, then the others.

        :raises SettingsError: with the mistakes; nothing is left open.
        """
        prepared = self._prepare(change)
        if self._others is None:
            return prepared
        try:
            return [*prepared, await self._others(change.settings)]
        except SettingsError:
            for one in prepared:
                one.abandon()
            raise

    def _prepare(self, change: Merged) -> list[Prepared]:
        """
        Prepare all parts that take a changed setting.

        :raises SettingsError: with the mistakes of all parts; nothing is left open.
        """
        prepared: list[Prepared] = []
        mistakes: list[str] = []
        for taker, prepare in self._parts:
            if taker not in change.takers:
                continue
            try:
                prepared.append(prepare(change.settings))
            except CannotStart as error:
                mistakes += error.reasons
            except (SettingsError, MaterialError, OSError) as error:
                mistakes += str(error).splitlines()
        if mistakes:
            for one in prepared:
                one.abandon()
            raise SettingsError(*mistakes)
        return prepared

    def _call(self, calls: Sequence[Callable[[], None]]) -> None:
        """Call all, of which none should fail: a defect of one does not stop others."""
        for call in calls:
            try:
                call()
            except Exception:
                self.log.failure("a step of the reload has failed")
