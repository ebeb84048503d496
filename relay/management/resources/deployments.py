"""Start, stop and deploy APIs; deployments in force, and the URLs of an API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from relay.management.http.reply import Reply, version_headers
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.resources.bodies import DeploymentRequest
from relay.management.resources.in_force import Changes, put_into_force
from relay.management.resources.representations import (
    find_api,
    newest_deployment,
    shown_definition,
)
from relay.management.resources.trials import (
    Candidate,
    Trials,
    to_deploy,
    to_start,
)
from relay.management.shapes.common import Url, Verdict
from relay.management.shapes.deployments import Deployment as DeploymentShape
from relay.model.api import lifecycle
from relay.model.api.lifecycle import ActionRefused
from relay.model.records import ApiRecord, Deployment, GatewayReport
from relay.model.role import Role
from relay.model.schema.errors import Invalid
from relay.model.schema.types.timestamps import timestamp
from relay.store.store import Store
from relay.store.transaction import Transaction

Choose = Callable[[Transaction, ApiRecord], Candidate]


class Deployments:
    """The resource family of deployments.

    A deployment is tried by the gateway of this process before it is stored, and a
    response waits until that gateway serves it.

    :param store: holds the deployments.
    :param gateway_urls: returns the URLs of the gateway, best first.
    :param trials: tries deployments on the gateway of this process.
    """

    def __init__(
        self,
        store: Store,
        gateway_urls: Callable[[], list[str]],
        trials: Trials,
    ) -> None:
        self._store = store
        self._gateway_urls = gateway_urls
        self._trials = trials

    @route("POST", "/apis/<api_id>/_start", answers={204: None}, versioned=True)
    async def start(self, call: RestCall, api_id: str) -> Reply:
        """Start the newest deployment; without one, deploy first."""
        saved = await self._put_in_force(call, api_id, to_start, None, start=True)
        return Reply(204, headers=version_headers(saved.updated_at_ms))

    @route("POST", "/apis/<api_id>/_stop", answers={204: None}, versioned=True)
    async def stop(self, call: RestCall, api_id: str) -> Reply:
        """Stop the API."""

        def work(tx: Transaction, changes: Changes) -> ApiRecord:
            api = find_api(tx, api_id)
            call.check_version(api.updated_at_ms)
            return changes.stop(tx, api)

        saved = await put_into_force(self._store, self._trials, work, call.dry_run)
        return Reply(204, headers=version_headers(saved.updated_at_ms))

    @route(
        "POST",
        "/apis/<api_id>/deployments",
        body=Body.OPTIONAL,
        reads=DeploymentRequest,
        answers={202: None},
        versioned=True,
    )
    async def deploy(self, call: RestCall, api_id: str) -> Reply:
        """Deploy the saved definition; a stopped API remains stopped."""
        label = bodies.read(DeploymentRequest, call.body).deployment_label or None
        saved = await self._put_in_force(call, api_id, to_deploy, label, start=False)
        return Reply(202, headers=version_headers(saved.updated_at_ms))

    @route(
        "POST",
        "/apis/<api_id>/deployments/_verify",
        role=Role.VIEWER,
        no_dry_run="it changes nothing",
        answers={200: Verdict},
    )
    async def verify(self, call: RestCall, api_id: str) -> Reply:
        """Check whether the saved definition can be deployed."""

        def find(tx: Transaction) -> Candidate:
            return to_deploy(tx, find_api(tx, api_id))

        try:
            await self._trials.try_out(api_id, await self._store.read(find))
        except (ActionRefused, Invalid) as refused:
            return Reply(200, {"ok": False, "reason": str(refused)})
        return Reply(200, {"ok": True})

    @route("GET", "/apis/<api_id>/deployments/current", answers={200: DeploymentShape})
    async def current(self, call: RestCall, api_id: str) -> Reply:
        """Return the deployment in force, and the one that each gateway serves."""

        def work(tx: Transaction) -> tuple[Deployment, list[GatewayReport]]:
            newest = newest_deployment(tx, api_id)
            reports = tx.gateways.of_api(api_id)
            number = _newest_served(reports)
            found = None
            if number is not None:
                found = tx.deployments.numbered(api_id, number)
            return found or newest, reports

        return Reply(200, deployment_json(*await self._store.read(work)))

    @route("GET", "/apis/<api_id>/exposedEntrypoints", answers={200: tuple[Url, ...]})
    async def exposed_entrypoints(self, call: RestCall, api_id: str) -> Reply:
        """Return the URLs at which clients reach an API now."""
        served = await self._store.read(partial(served_deployment, api_id))
        definition = {} if served is None else served.definition
        urls = exposed(definition, self._gateway_urls())
        return Reply(200, [{"value": url} for url in urls])

    @route("GET", "/exposedEntrypoints", answers={200: tuple[Url, ...]})
    async def gateway_entrypoints(self, call: RestCall) -> Reply:
        """Return the URLs of the gateway."""
        return Reply(200, [{"value": url} for url in self._gateway_urls()])

    async def _put_in_force(
        self,
        call: RestCall,
        api_id: str,
        choose: Choose,
        label: str | None,
        start: bool,
    ) -> ApiRecord:
        """
        Try a deployment, store it, and wait until the gateway serves it.

        :raises ActionRefused: when it cannot be served; nothing is changed then.
        """

        def work(tx: Transaction, changes: Changes) -> ApiRecord:
            api = find_api(tx, api_id)
            call.check_version(api.updated_at_ms)
            return changes.put(tx, api, choose(tx, api), label, start)

        return await put_into_force(self._store, self._trials, work, call.dry_run)


def served_deployment(api_id: str, tx: Transaction) -> Deployment | None:
    """
    Find the deployment of an API that clients reach now; None while none is served.

    :raises NotFound: when there is no such API.
    """
    find_api(tx, api_id)
    if not tx.gateways.any_runs():
        return tx.deployments.active(api_id)
    number = _newest_served(tx.gateways.of_api(api_id))
    return None if number is None else tx.deployments.numbered(api_id, number)


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


def _newest_served(reports: Sequence[GatewayReport]) -> int | None:
    served = [one.report.serving for one in reports]
    return max((number for number in served if number is not None), default=None)


def deployment_json(
    deployment: Deployment, reports: Sequence[GatewayReport]
) -> dict[str, Any]:
    """
    :param reports: of the gateways to show.
    :returns: the definition and plans of a deployment, with its number and label.
    """
    shape = {
        **shown_definition(deployment.definition),
        "plans": list(deployment.plans),
        "deployedAt": timestamp(deployment.created_at_ms),
        "deploymentNumber": deployment.number,
        "gateways": [gateway_json(one) for one in reports],
    }
    if deployment.label is not None:
        shape["deploymentLabel"] = deployment.label
    return shape


def gateway_json(made: GatewayReport) -> dict[str, Any]:
    """Return what a gateway serves of an API, and what it has refused."""
    report = made.report
    shape: dict[str, Any] = {
        "id": made.gateway_id,
        "host": made.host,
        "deploymentNumber": report.serving,
        "reportedAt": timestamp(made.at_ms),
    }
    if report.reason is not None:
        shape["refused"] = {
            "deploymentNumber": report.number,
            "reason": report.reason,
        }
    return shape
