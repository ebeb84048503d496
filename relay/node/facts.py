"""The worker processes of a daemon, as the technical API lists them."""

from __future__ import annotations

from typing import Any

from relay.node.peers import Peers


class WorkerList:
    """The workers with their process ids and the times of their starts."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def __call__(self) -> list[dict[str, Any]]:
        """Return all workers; of one that does not answer only the id."""
        answers = await self._peers.ask_all("GET", "/")
        shown = {peer.name: answer.content for peer, answer in answers.found}
        return [
            {"id": peer.name, **_described(shown[peer.name])}
            if peer.name in shown
            else {"id": peer.name}
            for peer in self._peers.all()
        ]


def _described(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "pid": node["metadata"]["process.pid"],
        "startedAt": node["startedAt"],
        "uptimeMs": node["uptimeMs"],
    }
