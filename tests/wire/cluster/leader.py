"""
A program that leads a channel: ``python -m tests.wire.cluster.leader PATH API DIGEST``.

PATH is that of the hub's socket. The program appends the numbers from 1 on, each when
the one before was appended. It prints ``leads``, and ``fenced`` when an append was
refused; then it ends.
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import react

from relay.cluster.link import ChannelName, EngineLost, Fenced
from relay.cluster.local.client import HubClient
from relay.cluster.local.link import LocalLink
from relay.model.api.messages.channel_options import HistoryOptions
from tests.cluster.engines import Copy


async def _lead(reactor: Any, path: str, channel: ChannelName) -> None:
    link = LocalLink("leader", reactor)
    client = HubClient(reactor, link, path)
    connected: Deferred[None] = Deferred()
    link.watch(lambda: connected.callback(None) if not connected.called else None)
    client.startService()
    await connected
    copy = Copy(_Linked(link), channel)
    link.channels.follow(channel, HistoryOptions(), copy)
    lead = await link.channels.lead(channel)
    assert lead is not None
    print("leads", flush=True)
    number = 0
    while True:
        number += 1
        try:
            await link.channels.append(
                channel,
                [b"%d" % number],
                fence=lead.fence,
                first_seq=lead.next_seq + number - 1,
            )
        except Fenced:
            print("fenced", flush=True)
            return
        except EngineLost:
            return


class _Linked:
    """This process, as a copy of a log knows it."""

    def __init__(self, link: LocalLink) -> None:
        self.link = link

    def kill(self) -> None:
        """End the process."""
        sys.exit()

    def stop(self) -> None:
        """Do nothing; the parent suspends the process."""

    def resume(self) -> None:
        """Do nothing; the parent lets the process go on."""


def _main(reactor: Any, path: str, api_id: str, digest: str) -> Deferred[None]:
    return Deferred.fromCoroutine(_lead(reactor, path, ChannelName(api_id, digest)))


if __name__ == "__main__":
    react(_main, sys.argv[1:])
