"""Renewals of streams that another worker of the daemon has."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from relay.gateway.grant_renewal import ANOTHERS, NO_STREAM, Renewal
from relay.http.refusals import Refusal
from relay.node.peers import Peers
from relay.plans.verdict import Grant
from relay.reactor.failures import run

RENEWED = "RENEWED"


def write_renewal(request_id: str, renewal: Renewal) -> dict[str, Any]:
    """Return a renewal of a stream as JSON."""
    return {
        "request": request_id,
        "api": renewal.api_id,
        "holder": renewal.holder,
        "grants": [[one.key, one.expires_at_ms] for one in renewal.grants],
    }


def read_renewal(written: dict[str, Any]) -> tuple[str, Renewal]:
    """Return the id of a stream, and what it is renewed with."""
    grants = tuple(Grant(*one) for one in written["grants"])
    renewal = Renewal(written["api"], tuple(written["holder"]), grants)
    return written["request"], renewal


def result_of(refusal: Refusal | None) -> str:
    """Return the result of a renewal as a word."""
    return RENEWED if refusal is None else refusal.key


class PeerRenewals:
    """Asks the other workers to renew a stream."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    def __call__(self, request_id: str, renewal: Renewal) -> Deferred[Refusal | None]:
        """
        Renew a stream of another worker.

        :return: fires with the reason why not; None when it is renewed.
        """
        return run(self._renew(write_renewal(request_id, renewal)))

    async def _renew(self, body: dict[str, Any]) -> Refusal | None:
        answers = await self._peers.ask_all("POST", "/worker/renewals", body=body)
        results = {one["result"] for one in answers.contents}
        if RENEWED in results:
            return None
        return ANOTHERS if ANOTHERS.key in results else NO_STREAM
