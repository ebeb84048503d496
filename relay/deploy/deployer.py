"""Keeps the route table equal to the deployments in the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from relay.gateway.drain import Drain
from relay.gateway.flows.outdated import outdated
from relay.gateway.resource import GatewayResource
from relay.gateway.routes import RouteTable
from relay.gateway.served import ServedApi
from relay.model.outcome import Outcome
from relay.model.records import Deployment, ServingReport
from relay.observability.live import LiveExchange
from relay.reactor.isolation import call_each
from relay.reactor.turns import STREAMS, turns_of

Build = Callable[[Deployment], ServedApi]
Note = Callable[[str, ServingReport | None], object]
NONE: Mapping[str, Deployment] = MappingProxyType({})
DEFECT = "an internal error; see the log of the gateway"


class Deployer:
    """
    Turns deployments into served APIs and updates the route table.

    Exchanges in flight keep the deployment that they began with, unless the next one
    ends the event streams among them (``redeployment``). An API that is stopped or
    deleted takes no new calls at once; its event streams end over the spread, and other
    calls have ``drain_timeout_ms`` more to end by themselves.

    When a deployment cannot be served, the former one stays in force. The result of
    each is noted for the report to the store.

    :param reactor: the clock of the drain time, and of the turns that many deployments
        take.
    :param resource: the gateway whose route table is replaced.
    :param build: makes a deployment ready; see :class:`ServedApi`.
    :param note: called with the id of an API and the result of its deployment.
    :param spread_s: over which time the event streams of an API that is stopped end.
    """

    log = Logger()

    def __init__(
        self,
        reactor: IReactorTime,
        resource: GatewayResource,
        build: Build,
        note: Note = lambda api_id, made: None,
        spread_s: float = 0.0,
    ) -> None:
        self._reactor = reactor
        self._resource = resource
        self._build = build
        self._note = note
        self._served: dict[str, ServedApi] = {}
        self.spread_s = spread_s
        """As above; it may be changed."""
        self._draining: dict[str, _Draining] = {}
        """By API id, the drain of the exchanges that were open when the API was stopped
        or deployed again."""
        self._refused: dict[str, Deployment] = {}
        """The deployments that could not be served, by API id."""
        self._closed = False

    @property
    def served(self) -> Collection[ServedApi]:
        """The APIs that are served now."""
        return self._served.values()

    def replace_all(
        self,
        deployments: list[Deployment],
        in_force: Mapping[str, Deployment] = NONE,
    ) -> Deferred[None]:
        """
        Serve exactly the given deployments.

        :param deployments: the active deployment of every started API.
        :param in_force: by API id the older deployment that this gateway served
            instead when it last ran.
        :return: as of :meth:`apply`.
        """
        wanted = {one.api_id for one in deployments}
        gone = (set(self._served) | set(self._refused)) - wanted
        changes = {one.api_id: one for one in deployments} | dict.fromkeys(gone)
        return self.apply(changes, in_force)

    def retry(self) -> None:
        """Try the deployments again that could not be served, for instance when a
        file that one of them needs has been created."""
        self._in_turns(partial(self._retry, api_id) for api_id in self._refused)

    def apply(
        self,
        changes: Mapping[str, Deployment | None],
        in_force: Mapping[str, Deployment] = NONE,
    ) -> Deferred[None]:
        """
        Apply changed deployments; other APIs are not affected.

        :param changes: by API id, its active deployment; None if it has none.
        :param in_force: by API id, an older deployment to serve if the active one
            cannot be served and no other is.
        :return: fires when all are applied. Many deployments take several turns of the
            reactor, and clients are served in between; each API changes in one turn.
        """
        return self._in_turns(
            partial(self._apply, api_id, deployment, in_force.get(api_id))
            for api_id, deployment in changes.items()
        )

    def close(self) -> None:
        """Serve nothing more, and release what other processes wait for."""
        self._closed = True
        served, self._served = self._served, {}
        self._refused.clear()
        self._resource.table = RouteTable(())
        for api_id in list(self._draining):
            self._stop_draining(api_id)
        for api in served.values():
            self._retire(api)

    def _in_turns(self, actions: Iterable[Callable[[], None]]) -> Deferred[None]:
        done: Deferred[None] = Deferred()
        turns_of(self._reactor, STREAMS).each([*actions, partial(done.callback, None)])
        return done

    def _retry(self, api_id: str) -> None:
        deployment = self._refused.get(api_id)
        if deployment is not None:
            self._apply(api_id, deployment, None)

    def _apply(
        self,
        api_id: str,
        deployment: Deployment | None,
        in_force: Deployment | None,
    ) -> None:
        if self._closed:
            return
        before = self._served.get(api_id)
        if deployment is None:
            self._refused.pop(api_id, None)
            self._note(api_id, None)
            if before is not None:
                del self._served[api_id]
                hold = before.hold()
                self._swap(before, None)
                self.log.info("API {api_id}: stopped", api_id=api_id)
                self._drain(api_id, self.spread_s, hold, streams_only=False)
        elif before is None or not before.serves(deployment):
            api = self._replace(deployment, before, in_force)
            if api is not None:
                self._served[api_id] = api
                self._replaced(before, api)
        else:
            self._refused.pop(api_id, None)
            self._note(api_id, _serving(before))

    def _replaced(self, before: ServedApi | None, after: ServedApi) -> None:
        """Serve a deployment, and end the streams of those before it if it says so."""
        if before is None:
            self._swap(None, after)
            self._stop_draining(after.id)
            return
        wanted = after.redeployment
        if wanted.running_streams == "keep":
            self._swap(before, after)
            return
        hold = before.hold()
        self._swap(before, after)
        self._drain(after.id, wanted.spread_ms / 1000.0, hold, streams_only=True)

    def _swap(self, before: ServedApi | None, after: ServedApi | None) -> None:
        """Put an API into the route table in the place of its former deployment."""
        gone, added = ([] if one is None else [one] for one in (before, after))
        self._resource.table = self._resource.table.changed(gone, added)
        if before is not None:
            self._retire(before)

    def _retire(self, api: ServedApi) -> None:
        """Close an API that is no longer served; an error is logged, not raised."""
        try:
            api.close()
        except Exception:
            self.log.failure(
                "API {api_id} ({name}): it could not be closed",
                api_id=api.id,
                name=api.name,
            )

    def _replace(
        self,
        deployment: Deployment,
        before: ServedApi | None,
        in_force: Deployment | None,
    ) -> ServedApi | None:
        """
        Make the new deployment of an API ready.

        :return: None when the former deployment, if any, stays in force.
        """
        api, reason = self._prepare(deployment)
        if api is not None:
            self._refused.pop(deployment.api_id, None)
            self._note(deployment.api_id, _serving(api))
            return api
        self._refused[deployment.api_id] = deployment
        if before is None and in_force is not None:
            api, _ = self._prepare(in_force)
        now = before or api
        serving = None if now is None else now.number
        report = ServingReport(deployment.number, serving, reason)
        self._note(deployment.api_id, report)
        return api

    def _prepare(self, deployment: Deployment) -> tuple[ServedApi | None, str | None]:
        """Make a deployment ready, or find out why it cannot be served."""
        reason = None
        name = str(deployment.definition.get("name", ""))
        try:
            api = self._build(deployment)
        except (ValueError, OSError) as error:
            # The former deployment stays in force: one that cannot be served must not
            # take its API down.
            reason = str(error) or type(error).__name__
            self.log.error(
                "API {api_id} ({name}): deployment {number} cannot be served: {error}",
                api_id=deployment.api_id,
                name=name,
                number=deployment.number,
                error=reason,
            )
            return None, reason
        except Exception:
            # A defect of the gateway must not take other APIs down.
            self.log.failure(
                "API {api_id} ({name}): deployment {number} cannot be served",
                api_id=deployment.api_id,
                name=name,
                number=deployment.number,
            )
            return None, DEFECT
        self.log.info(
            "API {api_id}: serving deployment {number}",
            api_id=deployment.api_id,
            number=deployment.number,
        )
        for finding in outdated(deployment.definition, deployment.plans):
            self.log.warn(
                "API {api_id} ({name}): {finding}",
                api_id=deployment.api_id,
                name=name,
                finding=finding,
            )
        return api, None

    def _drain(
        self,
        api_id: str,
        spread_s: float,
        hold: Callable[[], None],
        streams_only: bool,
    ) -> None:
        """
        End the exchanges of an API that are open now.

        :param hold: called when none of them is left.
        :param streams_only: whether only event streams are ended.
        """
        left = [
            one
            for one in self._resource.services.live.of_api(api_id)
            if one.ends_at_once or not streams_only
        ]

        def remaining() -> list[LiveExchange]:
            left[:] = [one for one in left if one.record.outcome is None]
            return left

        holds = [hold]
        before = self._draining.pop(api_id, None)
        if before is not None:
            # Its exchanges are among those that are open now.
            before.drain.cancel()
            holds += before.holds
        timeout_s = self._resource.services.settings.drain_timeout_ms / 1000.0
        drain = Drain(
            self._reactor,
            remaining,
            Outcome.STOPPED,
            spread_s,
            spread_s + timeout_s,
            partial(self._stop_draining, api_id),
        )
        self._draining[api_id] = _Draining(drain, holds)
        drain.start()

    def _stop_draining(self, api_id: str) -> None:
        """Forget a drain that is over, or that of an API that is served again."""
        draining = self._draining.pop(api_id, None)
        if draining is not None:
            draining.drain.cancel()
            call_each(draining.holds)


class _Draining(NamedTuple):
    drain: Drain
    holds: list[Callable[[], None]]
    """Release what the exchanges rest on."""


def _serving(api: ServedApi) -> ServingReport:
    return ServingReport(api.number, api.number, None)
