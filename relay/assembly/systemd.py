"""What systemd is told, made of the parts of a daemon."""

from __future__ import annotations

import os
from typing import Any

from twisted.application.service import MultiService

from relay.assembly.gateway_role import GatewayRole
from relay.assembly.workers_role import WorkersRole
from relay.daemon.reload import Reload
from relay.daemon.systemd import Supervision

MARGIN_S = 5.0
"""The time of a stop beyond all that is known of it."""


def supervise(
    reactor: Any,
    parent: MultiService,
    gateway: GatewayRole | WorkersRole,
    reload: Reload,
    stop_timeout_ms: int,
) -> None:
    """
    Tell systemd that the daemon accepts clients, and from now on what it does.

    :param parent: the daemon, which has started.
    :param stop_timeout_ms: how long a stop takes beyond the drain.
    """

    supervision = Supervision(reactor, os.environ, gateway.status)
    supervision.setServiceParent(parent)
    after_s = stop_timeout_ms / 1000.0 + MARGIN_S
    gateway.drain.on_stop = lambda drain_s: supervision.stopping(drain_s + after_s)
    reload.began.append(supervision.reloading)
    reload.ended.append(supervision.ready)
    supervision.ready()
