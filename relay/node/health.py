"""The health and the readiness of a daemon with several workers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from relay.node.peers import Peers
from relay.observability.probes import Health
from relay.observability.readiness import STARTING
from relay.technical.health import Probes

CONTROL = "control"
"""Names the control process where workers are named."""
PROCESSES = "processes"
"""The member of a result with those of the single processes."""
WORKERS = "workers"
"""The reason for which a daemon without a worker is not ready."""
NO_ANSWER = {"healthy": False, "message": "no answer"}
"""The results of a worker that does not answer."""
READY_TIMEOUT_S = 1.0
"""How long a worker may take to say whether it is ready, in seconds."""
NO_WORKER = "no worker answers"


def merged(parts: Mapping[str, Mapping[str, Any]]) -> Health:
    """
    Return the result of a probe, made of those of several processes.

    It is healthy if all are; the figures are the largest of all, and those of each
    process are beside them.

    :param parts: the results as JSON, by the name of the process.
    """
    sick = [(name, one) for name, one in parts.items() if not one["healthy"]]
    messages = [f"{name}: {one['message']}" for name, one in sick if one.get("message")]
    figures: dict[str, Any] = {}
    for one in parts.values():
        for name, value in one.items():
            if isinstance(value, int | float) and name in figures:
                figures[name] = max(value, figures[name])
            elif name not in ("healthy", "message"):
                figures.setdefault(name, value)
    return Health(
        not sick, "; ".join(messages) or None, {**figures, PROCESSES: dict(parts)}
    )


class NodeProbes:
    """
    The probes of the control process and of the workers.

    :param own: of the control process.
    :param of_workers: the names of the probes of a worker.
    """

    def __init__(self, own: Probes, of_workers: Sequence[str], peers: Peers) -> None:
        self._own = own
        self._of_workers = of_workers
        self._peers = peers

    @property
    def names(self) -> list[str]:
        """The names of all probes."""
        return [*dict.fromkeys((*self._own.names, *self._of_workers))]

    async def run(self, names: Collection[str] = ()) -> dict[str, Health]:
        """
        Run probes, in all processes at the same time.

        :param names: of the probes; all probes if there are none.
        """
        chosen = [one for one in self.names if not names or one in names]
        asked = [one for one in self._of_workers if one in chosen]
        mine = [one for one in self._own.names if one in chosen]
        found = await self._own.run(mine) if mine else {}
        of_peers = await self._of_peers(asked) if asked else {}
        for name in asked:
            parts = {CONTROL: found[name].to_json()} if name in found else {}
            parts |= {
                worker: results[name]
                for worker, results in of_peers.items()
                if name in results
            }
            found[name] = merged(parts)
        return {name: found[name] for name in chosen}

    async def _of_peers(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        query = f"probes={','.join(names)}"
        answers = await self._peers.ask_all("GET", "/health", query)
        found = {
            peer.name: answer.content
            for peer, answer in answers.found
            if answer.status in (200, 503)
        }
        for worker in answers.unreachable:
            found[worker] = dict.fromkeys(names, NO_ANSWER)
        return found


def why_unready(
    own: Mapping[str, str], parts: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """
    Return why clients should not be sent to the daemon.

    A worker that starts again does not make it unready while another one is ready, and
    no more does one that does not answer; if there is none, they do.

    :param own: the reasons of the control process.
    :param parts: those of each worker that answers, by its name.
    """
    reasons = dict(own)
    if not parts:
        return reasons | {WORKERS: NO_WORKER}
    is_ready = any(not one for one in parts.values())
    for worker, found in parts.items():
        for name, text in found.items():
            if not (name == STARTING and is_ready):
                reasons.setdefault(name, f"{worker}: {text}")
    return reasons


class NodeReadiness:
    """
    Whether clients should be sent to a daemon with several workers.

    :param own: returns the reasons of the control process.
    """

    def __init__(self, own: Callable[[], Mapping[str, str]], peers: Peers) -> None:
        self._own = own
        self._peers = peers

    async def reasons(self) -> dict[str, str]:
        """Return why clients should not be sent to the daemon, by name."""
        answers = await self._peers.ask_all("GET", "/ready", timeout_s=READY_TIMEOUT_S)
        parts = {
            peer.name: answer.content.get("reasons") or {}
            for peer, answer in answers.found
        }
        return why_unready(self._own(), parts)
