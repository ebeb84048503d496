"""The path of each request: guard, authentication, prefix, router."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Protocol, cast

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request

from relay.management.access.identity import ANYBODY, Identity
from relay.management.http import errors
from relay.management.http.credentials import Credentials, credentials_of
from relay.management.http.errors import BadRequest, NotFound, Unauthorized
from relay.management.http.guard import Guard
from relay.management.http.request import ManagementRequest
from relay.store.tables.audits import Actor, acting

ORGANIZATION = ENVIRONMENT = "DEFAULT"
"""The only organization and environment."""
NODE = "_node"
"""The first segment of the paths of the technical API."""
AUTOMATION = "automation"
"""The first segment of the paths of the Automation API."""
SESSION = ["management", "v2", "session"]
"""The path of the session of a request."""


class Authentication(Protocol):
    """The interface of authentication."""

    def check(self, authorization: bytes | None, address: str) -> Deferred[Identity]:
        """
        :param authorization: the header of that name.
        :param address: of the client.
        :returns: fires with the user, or fails with an exception that has a status.
        """


class SessionCheck(Protocol):
    """The interface of the authentication by cookies."""

    def check(self, credentials: Credentials) -> Deferred[Identity]:
        """
        :param credentials: with the cookie of a session.
        :returns: fires with the user, or fails with an exception that has a status.
        """


class Pages(Protocol):
    """Pages for browsers, beside the paths of the API."""

    def serves(self, path: bytes, headers: Headers) -> bool:
        """
        :param path: undecoded.
        :param headers: of the request.
        :returns: whether the pages answer a request.
        """

    async def render(self, request: ManagementRequest) -> None:
        """
        Answer a request, whose ``Host`` is an allowed name.

        :raises Exception: one that has a status.
        """


class Root(Resource):
    """The only resource of a site.

    :param prefixes: the first segments of its paths.
    :param guard: checks the head first.
    :param authentication: runs before any information about objects is returned.
    """

    isLeaf = True
    pages: tuple[Pages, ...] = ()

    def __init__(
        self,
        prefixes: tuple[str, ...],
        guard: Guard,
        authentication: Authentication,
    ) -> None:
        super().__init__()
        self._prefixes = prefixes
        self.guard = guard
        self.authentication = authentication

    def find(self, segments: list[str]) -> tuple[int, IResource]:
        """
        Find the router of a path.

        :param segments: of the path, beginning with the prefix.
        :return: the number of segments before the router's paths, and the router.
        :raises NotFound: when there is none.
        """
        raise NotImplementedError

    def open_to(self, segments: list[str]) -> Identity | None:
        """
        Return the user of requests without credentials.

        :param segments: of the path.
        :return: None for a path that requires credentials, as all do by default.
        """
        return None

    async def identify(self, segments: list[str], sent: Credentials) -> Identity:
        """
        Authenticate a request. Cookies have no effect, unless a subclass accepts them.

        :param segments: of the path.
        :param sent: the credentials of the request.
        :raises Unauthorized: when they are missing or wrong.
        """
        if sent.authorization is None and (user := self.open_to(segments)):
            return user
        return await self.authentication.check(sent.authorization, sent.address)

    def render(self, request: Request) -> int:
        """Respond to a request, perhaps later."""
        ours = cast(ManagementRequest, request)
        serving = Deferred.fromCoroutine(self._serve(ours))
        serving.addErrback(_explain, ours)
        return NOT_DONE_YET

    async def _serve(self, request: ManagementRequest) -> None:
        for pages in self.pages:
            if pages.serves(request.path, request.requestHeaders):
                # A page of another site may have a link to them.
                self.guard.check_host(request)
                await pages.render(request)
                return
        self.guard.check(request)
        segments = _segments(request)
        if segments[0] not in self._prefixes or not _is_plain(segments):
            raise NotFound("There is nothing at this path", "notFound")
        request.credentials = sent = credentials_of(request)
        try:
            identity = await self.identify(segments, sent)
        except Unauthorized as refused:
            raise (refused.for_script() if sent.is_script else refused) from None
        request.identity = identity
        # A response that goes on is not a use of the session.
        request.identify_again = partial(
            self.identify, segments, replace(sent, unattended=True)
        )
        acting.set(Actor(identity.name, identity.token))
        taken, router = self.find(segments)
        request.descend(taken)
        request.base_path = "/" + "/".join(segments[:taken])
        # The router would not notice that the client has left already.
        if request.is_open:
            router.render(request)


class ManagementRoot(Root):
    """The root of the management API.

    :param sessions: authenticates requests with the cookie of a session. None: cookies
        have no effect.
    :param environment: serves the paths below ``.../environments/{env}``.
    :param installation: serves the paths directly below ``/management/v2``.
    :param automation: serves the paths of the Automation API.
    :param node: serves the paths below ``/_node``; None where there are none.
    :param pages: the OpenAPI document, and the console unless it is switched off.
    """

    def __init__(
        self,
        guard: Guard,
        authentication: Authentication,
        sessions: SessionCheck | None,
        environment: IResource,
        installation: IResource,
        automation: IResource,
        node: IResource | None,
        pages: tuple[Pages, ...],
    ) -> None:
        prefixes = ("management", AUTOMATION, *(() if node is None else (NODE,)))
        super().__init__(prefixes, guard, authentication)
        self.sessions = sessions
        self.pages = pages
        self._environment = environment
        self._installation = installation
        self._automation = automation
        self._node = node

    async def identify(self, segments: list[str], sent: Credentials) -> Identity:
        """Authenticate a request by its cookie, or as all others are."""
        if segments == SESSION and sent.authorization is None:
            if sent.posts or self.sessions is None:
                return ANYBODY
            if sent.session is None:
                raise Unauthorized("there is no session").for_script()
        if self.sessions is not None and sent.session is not None:
            sent.check_one()
            return await self.sessions.check(sent)
        return await super().identify(segments, sent)

    def find(self, segments: list[str]) -> tuple[int, IResource]:
        """Return the router, and the number of segments before its paths."""
        if segments[0] == NODE and self._node is not None:
            return 1, self._node
        if segments[0] == AUTOMATION:
            return self._find_automation(segments)
        if segments[1:2] != ["v2"]:
            raise NotFound("There is nothing at this path", "notFound")
        taken = 2
        if segments[2:3] == ["organizations"] and len(segments) > 3:
            _check_name("organization", segments[3], ORGANIZATION)
            taken = 4
        if segments[taken : taken + 1] == ["environments"] and len(segments) > (
            taken + 1
        ):
            _check_name("environment", segments[taken + 1], ENVIRONMENT)
            return taken + 2, self._environment
        return taken, self._installation

    def _find_automation(self, segments: list[str]) -> tuple[int, IResource]:
        words = segments[1:2] + segments[3:4]
        if words != ["organizations", "environments"] or len(segments) < 5:
            raise NotFound("There is nothing at this path", "notFound")
        _check_name("organization", segments[2], ORGANIZATION)
        _check_name("environment", segments[4], ENVIRONMENT)
        return 5, self._automation


def _segments(request: Request) -> list[str]:
    """
    :returns: the decoded segments of the path.
    :raises BadRequest: unless the path is one, in UTF-8.
    """
    try:
        if not request.path.startswith(b"/"):
            raise ValueError
        request.path.decode("ascii")
        return [part.decode("utf-8") for part in request.postpath or ()]
    except ValueError:
        raise BadRequest("The path is not acceptable", "path.invalid") from None


def _is_plain(segments: list[str]) -> bool:
    # The router joins the segments again: an empty one, or one with an encoded slash,
    # would select another path than the requested one. The last may be empty.
    return all(segments[:-1]) and not any("/" in part for part in segments)


def _check_name(kind: str, name: str, existing: str) -> None:
    if name != existing:
        raise NotFound(
            f"{kind.capitalize()} [{name}] cannot be found.",
            f"{kind}.notFound",
            {kind: name},
        )


def _explain(failure: Failure, request: ManagementRequest) -> None:
    reply = errors.answer(failure)
    if request.is_open:
        request.send(reply.put_on(request))
        request.finish()
