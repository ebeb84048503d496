"""Set up the API of the demo through the management REST API."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

from treq.client import HTTPClient
from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectError, DNSLookupError
from twisted.internet.interfaces import IReactorTime
from twisted.web.client import Agent, HTTPConnectionPool, ResponseFailed
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent

from relay.demo.definition import API_NAME, PLAN_DEFINITION, api_definition
from relay.demo.source import DEMO_KEY

CHANNEL = "ssechannel"
CONTEXT_PATH = "/sseconsumer"

_ENVIRONMENT = "/management/v2/environments/DEFAULT"
_THIS_MACHINE = "127.0.0.1"
_PAGE_SIZE = 100
_TIMEOUT_S = 10
_JSON = Headers({"Content-Type": ["application/json"]})


class DemoError(Exception):
    """The demo cannot be set up; the message is one line for the terminal."""


@dataclass(frozen=True)
class DemoApi:
    """The API of the demo, in its current state."""

    id: str
    name: str
    context_path: str
    """Its context-path, without a slash at the end."""
    target: str
    """The URL of its endpoint."""
    created: bool
    """Whether this run has created it."""


async def setup_demo(
    management_url: str,
    username: str,
    password: str,
    reactor: IReactorTime,
    target: str,
    context_path: str = CONTEXT_PATH,
    *,
    agent: IAgent | None = None,
) -> DemoApi:
    """
    Create, publish and start the API of the tutorial, unless it exists and is served.

    An existing API keeps its definition, which its owner may have changed; only the
    missing actions are performed. If its target is the demo source on another port, as
    of an earlier run, the target gets the new port.

    :param management_url: scheme, host and port of the management listener.
    :param reactor: also dials, unless an *agent* is given.
    :param target: URL of the event stream, its query included.
    :param agent: used instead of TCP connections of the reactor.
    :raises DemoError: with the reason in one line.
    """
    pool = HTTPConnectionPool(reactor)  # type: ignore[no-untyped-call]
    dialling = Agent(reactor, pool=pool)  # type: ignore[no-untyped-call]
    http = HTTPClient(agent or dialling)
    try:
        return await _set_up(
            _Management(http, management_url.rstrip("/"), username, password),
            target,
            context_path,
        )
    finally:
        await pool.closeCachedConnections()  # type: ignore[no-untyped-call]


async def _set_up(management: _Management, target: str, context_path: str) -> DemoApi:
    api = await _find(management, context_path)
    created = api is None
    if api is None:
        await _verify_path(management, context_path)
        definition = api_definition(target, context_path)
        api = await management.call("POST", "/apis", definition)
    api_id = api["id"]
    if _differs_in_port(_target(api), target):
        api["endpointGroups"][0]["endpoints"][0]["configuration"]["target"] = target
        await management.call("PUT", f"/apis/{api_id}", api)
    await _publish_plan(management, api_id)
    await _serve(management, api_id)
    api = await management.call("GET", f"/apis/{api_id}")
    return DemoApi(api_id, api["name"], context_path, _target(api), created)


def demo_lines(
    gateway_url: str,
    source_url: str,
    context_path: str = CONTEXT_PATH,
    channel: str = CHANNEL,
    key: str = DEMO_KEY,
) -> str:
    """
    The two commands to try: subscribe through the gateway, publish to the source.

    :param gateway_url: scheme, host and port of the gateway.
    :param source_url: scheme, host and port of the demo source.
    :param key: the source's ``name:secret``.
    """
    # The tutorial's query key; the channel itself stands in the API's target.
    stream = (
        f"{gateway_url.rstrip('/')}{context_path}?{urlencode({'Channel': channel})}"
    )
    messages = f"{source_url.rstrip('/')}/channels/{quote(channel, safe='')}/messages"
    body = json.dumps({"name": "greeting", "data": "hello"})
    subscribe = ["curl", "-N", "-u", key, stream]
    json_type = "Content-Type: application/json"
    publish = ["curl", "-u", key, "-H", json_type, "-d", body, messages]
    return f"{shlex.join(subscribe)}\n{shlex.join(publish)}"


class _Management:
    """Calls the management API of the default environment."""

    def __init__(
        self, http: HTTPClient, url: str, username: str, password: str
    ) -> None:
        self._http = http
        self._url = url
        self._credentials = (username, password)

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """
        :param path: below the environment, with its query.
        :return: the JSON answered, None where there is none.
        :raises DemoError: for anything but success.
        """
        url = f"{self._url}{_ENVIRONMENT}{path}"
        try:
            response = await self._http.request(
                method,
                url,
                headers=None if body is None else _JSON,
                data=None if body is None else json.dumps(body).encode("ascii"),
                auth=self._credentials,
                allow_redirects=False,
                unbuffered=True,
                timeout=_TIMEOUT_S,
            )
            content = await response.content()
        except (ConnectError, DNSLookupError, ResponseFailed, CancelledError) as error:
            why = str(error) or type(error).__name__
            raise _error(f"cannot reach {self._url}: {why}") from error
        if response.code == 401:
            raise _error(f"{self._url} refused the user {self._credentials[0]}")
        answer = _json(content)
        if not 200 <= response.code < 300:
            why = _reasons(answer)
            raise _error(f"{method} {path} was answered {response.code}{why}")
        return answer


async def _find(management: _Management, context_path: str) -> Any:
    """Return the API at the context path; None if there is none."""
    page = 1
    while True:
        query = urlencode({"page": page, "perPage": _PAGE_SIZE})
        answer = await management.call("GET", f"/apis?{query}")
        for api in answer["data"]:
            if context_path.strip("/") in _paths(api):
                if api["name"] != API_NAME:
                    raise _error(
                        f"{context_path} is the context path of the API "
                        f"{api['name']!r} ({api['id']}): move or delete it"
                    )
                return api
        if page >= answer["pagination"].get("pageCount", 1):
            return None
        page += 1


async def _verify_path(management: _Management, context_path: str) -> None:
    body = {"paths": [{"path": context_path}]}
    answer = await management.call("POST", "/apis/_verify/paths", body)
    if not answer["ok"]:
        raise _error(f"{context_path} cannot be used: {answer['reason']}")


async def _publish_plan(management: _Management, api_id: str) -> None:
    """Publish a keyless plan, unless the API has one."""
    plans = f"/apis/{api_id}/plans"
    query = urlencode({"statuses": "STAGING,PUBLISHED,DEPRECATED", "perPage": 100})
    kept = (await management.call("GET", f"{plans}?{query}"))["data"]
    if any(plan["status"] != "STAGING" for plan in kept):
        return
    plan = kept[0] if kept else await management.call("POST", plans, PLAN_DEFINITION)
    await management.call("POST", f"{plans}/{plan['id']}/_publish")


async def _serve(management: _Management, api_id: str) -> None:
    """Start the API if it is stopped; deploy it if it has undeployed changes."""
    api = await management.call("GET", f"/apis/{api_id}")
    if api["state"] != "STARTED":
        await management.call("POST", f"/apis/{api_id}/_start")
        api = await management.call("GET", f"/apis/{api_id}")
    if api["deploymentState"] == "NEED_REDEPLOY":
        await management.call("POST", f"/apis/{api_id}/deployments", {})


def _paths(api: Mapping[str, Any]) -> list[str]:
    """The context paths of an API that has no host of its own."""
    return [
        path["path"].strip("/")
        for listener in api.get("listeners", ())
        for path in listener.get("paths", ())
        if not path.get("host")
    ]


def _differs_in_port(one: str, other: str) -> bool:
    """Whether two URLs of this machine are the same but for their ports."""
    first, second = urlsplit(one), urlsplit(other)
    return (
        first.hostname == second.hostname == _THIS_MACHINE
        and first.port != second.port
        and first._replace(netloc="") == second._replace(netloc="")
    )


def _target(api: Mapping[str, Any]) -> str:
    endpoint = api["endpointGroups"][0]["endpoints"][0]
    return cast(str, endpoint["configuration"]["target"])


def _json(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _reasons(answer: Any) -> str:
    """The message of an error of the management API, with its details."""
    if not isinstance(answer, dict):
        return ""
    message = answer.get("message")
    details = [
        f"{detail.get('location')}: {detail.get('message')}"
        for detail in answer.get("details") or ()
    ]
    return "".join(f": {text}" for text in (message, *details) if text)


def _error(why: str) -> DemoError:
    return DemoError(f"demo: {' '.join(why.split())}")
