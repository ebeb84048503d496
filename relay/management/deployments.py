"""What gateways run: start, stop, deploy, and where clients then find it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from relay.management import bodies
from relay.management.apis import taken_paths
from relay.management.bodies import DeploymentRequest
from relay.management.errors import NotFound
from relay.management.reply import Reply, timestamp, version_headers
from relay.management.shapes import find_api, plan_json
from relay.management.wire import Body, Call, route
from relay.model import lifecycle
from relay.model.records import ApiRecord, Deployment
from relay.store.store import Store
from relay.store.transaction import Transaction


class Deployments:
    """The resource family of what gateways run.

    :param store: holds the deployments.
    :param gateway_urls: gives the URLs of the gateway, best first.
    """

    def __init__(self, store: Store, gateway_urls: Callable[[], list[str]]) -> None:
        self._store = store
        self._gateway_urls = gateway_urls

    @route("POST", "/apis/<api_id>/_start")
    async def start(self, call: Call, api_id: str) -> Reply:
        """Run the newest deployment; without one, make it first."""
        return await self._act(call, api_id, 204, _start)

    @route("POST", "/apis/<api_id>/_stop")
    async def stop(self, call: Call, api_id: str) -> Reply:
        """Run it no more."""
        return await self._act(call, api_id, 204, _stop)

    @route("POST", "/apis/<api_id>/deployments", body=Body.OPTIONAL)
    async def deploy(self, call: Call, api_id: str) -> Reply:
        """Make what was saved last what gateways run, now or when started."""
        label = bodies.read(DeploymentRequest, call.body).deployment_label
        return await self._act(call, api_id, 202, partial(_deploy, label=label or None))

    @route("GET", "/apis/<api_id>/deployments/current")
    async def current(self, call: Call, api_id: str) -> Reply:
        """Give the newest deployment."""

        def work(tx: Transaction) -> Deployment:
            find_api(tx, api_id)
            newest = tx.deployments.latest(api_id)
            if newest is None:
                raise NotFound(
                    f"Api [{api_id}] has never been deployed.",
                    "api.notDeployed",
                    {"api": api_id},
                )
            return newest

        return Reply(200, _deployment_json(await self._store.read(work)))

    @route("GET", "/apis/<api_id>/exposedEntrypoints")
    async def exposed_entrypoints(self, call: Call, api_id: str) -> Reply:
        """Give the URLs at which clients reach an API that runs as it was saved."""
        api = await self._store.read(lambda tx: find_api(tx, api_id))
        urls = exposed(api.definition, self._gateway_urls())
        return Reply(200, [{"value": url} for url in urls])

    async def _act(
        self,
        call: Call,
        api_id: str,
        status: int,
        action: Callable[[Transaction, ApiRecord], ApiRecord],
    ) -> Reply:
        def work(tx: Transaction) -> ApiRecord:
            api = find_api(tx, api_id)
            call.check_version(api.updated_at_ms)
            return tx.apis.save(action(tx, api))

        saved = await self._store.write(work)
        return Reply(status, headers=version_headers(saved.updated_at_ms))


def exposed(definition: dict[str, Any], gateways: list[str]) -> list[str]:
    """
    :param definition: an API's management JSON.
    :param gateways: URLs of the gateway.
    :returns: the URLs of its paths, each once. A path with a host is reached under
        that host only.
    """
    urls: dict[str, None] = {}
    for gateway in gateways:
        scheme, authority, prefix, _, _ = urlsplit(gateway)
        for _, host, path in lifecycle.places(definition):
            name = authority
            if host is not None:
                port = authority.rpartition("]")[2].rpartition(":")[2]
                name = f"{host}:{port}" if port.isdigit() else host
            urls[f"{scheme}://{name}{prefix.rstrip('/')}{path}".rstrip("/")] = None
    return list(urls)


def _start(tx: Transaction, api: ApiRecord) -> ApiRecord:
    lifecycle.check_start(api, tx.plans.list(api.id))
    newest = tx.deployments.latest(api.id)
    if newest is None:
        api = _snapshot(tx, api, None)
    else:
        _check_paths_free(tx, newest.definition, api.id)
    return replace(api, state="STARTED")


def _stop(tx: Transaction, api: ApiRecord) -> ApiRecord:
    lifecycle.check_stop(api)
    return replace(api, state="STOPPED")


def _deploy(tx: Transaction, api: ApiRecord, label: str | None) -> ApiRecord:
    lifecycle.check_deploy(api, tx.plans.list(api.id))
    return _snapshot(tx, api, label)


def _snapshot(tx: Transaction, api: ApiRecord, label: str | None) -> ApiRecord:
    _check_paths_free(tx, api.definition, api.id)
    served = lifecycle.served(tx.plans.list(api.id))
    lifecycle.check_resources(api, served)
    lifecycle.check_plans_reached(api, served)
    plans = [plan_json(plan) for plan in served]
    made = tx.deployments.add(api.id, {**api.definition, "id": api.id}, plans, label)
    return replace(api, deployed_at_ms=made.created_at_ms)


def _check_paths_free(tx: Transaction, definition: dict[str, Any], api_id: str) -> None:
    # While this API was stopped, or ran something older, another may have taken them.
    lifecycle.check_paths(lifecycle.places(definition), taken_paths(tx), api_id)


def _deployment_json(deployment: Deployment) -> dict[str, Any]:
    shape = {
        **deployment.definition,
        "plans": list(deployment.plans),
        "deployedAt": timestamp(deployment.created_at_ms),
        "deploymentNumber": deployment.number,
    }
    if deployment.label is not None:
        shape["deploymentLabel"] = deployment.label
    return shape
