"""Put deployments into force: each is tried before it is stored, and waited for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from relay.management.resources.representations import view_api
from relay.management.resources.trials import (
    MOST_TRIALS,
    Candidate,
    Trials,
    to_deploy,
    to_start,
)
from relay.model.api import lifecycle
from relay.model.api.lifecycle import ActionRefused
from relay.model.records import ApiRecord
from relay.store.store import Store
from relay.store.transaction import Transaction

R = TypeVar("R")


class _Untried(Exception):
    """A deployment is to be tried before it is stored."""

    def __init__(self, api_id: str, candidate: Candidate) -> None:
        super().__init__("the deployment is to be tried")
        self.api_id = api_id
        self.candidate = candidate


class Changes:
    """
    What one transaction puts into force.

    :param tried: the deployment that was tried; None for none.
    """

    def __init__(self, tried: Candidate | None) -> None:
        self._tried = tried
        self.awaited: tuple[str, int | None] | None = None
        """The id of the API and the number of the deployment that the gateway is to
        serve from now on, which is None for no deployment; None for no change."""

    def put(
        self,
        tx: Transaction,
        api: ApiRecord,
        candidate: Candidate,
        label: str | None = None,
        start: bool = True,
    ) -> ApiRecord:
        """
        Store a deployment.

        :param label: of the deployment.
        :param start: whether the API is started; otherwise its state stays.
        """
        if self._tried is None or not candidate.is_same(self._tried):
            raise _Untried(api.id, candidate)
        if candidate.is_new:
            made = tx.deployments.add(
                api.id, candidate.definition, candidate.plans, label
            )
            api = replace(api, deployed_at_ms=made.created_at_ms)
        api = tx.apis.save(replace(api, state="STARTED") if start else api)
        if api.state == "STARTED":
            self.awaited = api.id, candidate.number
        return api

    def reach(self, tx: Transaction, api: ApiRecord, state: str | None) -> ApiRecord:
        """
        Act upon the ``state`` of a file or a body.

        What is in force already is not deployed again.

        :param state: None for no change.
        :raises ActionRefused: when a rule of the lifecycle is violated.
        """
        if state == "STARTED":
            deployed = view_api(tx, api).deployed
            if not deployed or api.state != "STARTED":
                choose = to_start if deployed else to_deploy
                api = self.put(tx, api, choose(tx, api))
        elif state == "STOPPED" and api.state == "STARTED":
            api = self.stop(tx, api)
        return api

    def stop(self, tx: Transaction, api: ApiRecord) -> ApiRecord:
        """
        Stop an API.

        :raises ActionRefused: when it does not run, or is archived.
        """
        lifecycle.check_stop(api)
        self.awaited = api.id, None
        return tx.apis.save(replace(api, state="STOPPED"))


async def put_into_force(
    store: Store,
    trials: Trials,
    work: Callable[[Transaction, Changes], R],
    dry_run: bool,
) -> R:
    """
    Run a transaction, and wait until the gateway serves what it puts into force.

    A deployment is tried before it is stored: the transaction is rolled back for the
    trial, and repeated.

    :param dry_run: whether nothing is written.
    :raises ActionRefused: when a deployment cannot be served; nothing is changed then,
        unless the gateway has refused it only after it was stored.
    """
    tried: Candidate | None = None
    for _ in range(MOST_TRIALS):
        changes = Changes(tried)
        try:
            done = await store.write(partial(_run, work, changes))
        except _Untried as untried:
            api_id, tried = untried.api_id, untried.candidate
            await trials.try_out(api_id, tried)
            continue
        if changes.awaited is not None and not dry_run:
            await trials.wait(*changes.awaited)
        return done
    raise ActionRefused(
        "The API was changed again and again while its deployment was tried",
        "api.deployment.conflict",
        api=api_id,
    )


def _run(
    work: Callable[[Transaction, Changes], R], changes: Changes, tx: Transaction
) -> R:
    return work(tx, changes)
