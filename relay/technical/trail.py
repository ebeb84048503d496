"""Entries of the audit trail for what is done to one daemon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from twisted.logger import Logger

from relay.store.errors import StoreError
from relay.store.store import Store
from relay.technical.node import NodeFacts


class Trail(Protocol):
    """An audit trail."""

    async def note(self, event: str, content: Mapping[str, Any]) -> None:
        """
        Add what the user of the request has done.

        :param event: such as ``SETTINGS_RELOADED``.
        :param content: the values that describe it, without secrets.
        """


class NoTrail:
    """The trail of a worker: the control process, which the user asks, has it."""

    async def note(self, event: str, content: Mapping[str, Any]) -> None:
        """Add nothing."""


class NodeTrail:
    """
    The audit trail of a daemon.

    :param store: has the trail.
    :param facts: of the daemon.
    """

    _log = Logger()

    def __init__(self, store: Store, facts: NodeFacts) -> None:
        self._store = store
        self._node = {"type": "NODE", "id": facts.id, "name": facts.id}

    async def note(self, event: str, content: Mapping[str, Any]) -> None:
        """
        Add what the user of the request has done; it stays done if the store fails.

        :param event: such as ``SETTINGS_RELOADED``.
        :param content: the values that describe it, without secrets.
        """
        try:
            await self._store.write(
                lambda tx: tx.audits.note(event, self._node, {}, content)
            )
        except StoreError as error:
            self._log.warn(
                "{event} is not in the audit trail: {error}", event=event, error=error
            )
