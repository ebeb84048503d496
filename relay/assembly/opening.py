"""The parts of a start that need the store, and what they do when it is away."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.deploy.last_table import TableFile
from relay.deploy.table_keeper import FILE_NAME, TableKeeper
from relay.management.access.bootstrap import ensure_admin, ensure_admin_later
from relay.settings.schema import Settings
from relay.store.errors import StoreError
from relay.store.store import Store
from relay.store.tables.delivery.channels import (
    ChannelStore,
    agree_on_secret,
    event_id_secret,
)

_log = Logger()


def table_keeper(store: Store, clock: IReactorTime, settings: Settings) -> TableKeeper:
    """
    Return what keeps the last route table; the store then starts without its database
    when it is away and there is such a table.
    """
    file = None
    if settings.store.keep_table:
        file = TableFile(Path(settings.data_dir) / FILE_NAME, store.place)
    keeper = TableKeeper(clock, store, file)
    store.starts_without = keeper.load
    return keeper


def administrator(store: Store, settings: Settings, environ: Mapping[str, str]) -> None:
    """
    Make sure that the administrator exists, now or as soon as the store is open.

    :param environ: of the process.
    """
    if store.away is None:
        ensure_admin(store, settings, environ)
    else:
        made = store.when_open().addCallback(
            lambda _: ensure_admin_later(store, settings, environ)
        )
        made.addErrback(_not_done, "the administrator is not set up")


def channel_store(store: Store, owner: str, table: TableKeeper) -> ChannelStore:
    """
    Return the leases and histories of channels.

    :param owner: this process's name among those that share the store.
    :param table: its table is used when the store is away.
    """
    last = table.last
    if last is None:
        return ChannelStore(store, owner, event_id_secret(store))
    channels = ChannelStore(store, owner, last.id_secret, alone=last.alone)

    def agreed(secret: bytes) -> None:
        if secret != channels.id_secret:
            _log.warn("the store has another key of event ids than the route table")
        channels.id_secret = secret

    known = store.when_open().addCallback(
        lambda _: agree_on_secret(store, channels.id_secret)
    )
    known.addCallback(agreed).addErrback(_not_done, "the key of event ids is not read")
    return channels


def warn_of_others(store: Store, owner: str) -> None:
    """
    Log that other daemons share the store, when no engine connects them.

    :param owner: this process's name among those that share the store.
    """
    if store.away is not None:
        return
    others = store.read_now(lambda tx: tx.gateways.others(owner))
    if others:
        _log.warn(
            "other daemons share the store ({others} now), and cluster.url is not set: "
            "one daemon at a time serves the topics of an API, the others answer 503 "
            "CHANNEL_OWNED_ELSEWHERE; each daemon counts limits for itself",
            others=others,
        )


def _not_done(failure: Failure, what: str) -> None:
    if failure.check(StoreError, OSError, ValueError):
        _log.error("{what}: {why}", what=what, why=failure.getErrorMessage())
    else:
        _log.failure("{what}", failure, what=what)
