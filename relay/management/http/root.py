"""The path of each request: guard, authentication, prefix, router."""

from __future__ import annotations

from typing import Protocol, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request

from relay.management.access.identity import Identity
from relay.management.http import errors
from relay.management.http.errors import BadRequest, NotFound
from relay.management.http.guard import Guard
from relay.management.http.request import ManagementRequest
from relay.store.tables.audits import Actor, acting

ORGANIZATION = ENVIRONMENT = "DEFAULT"
"""The only organization and environment."""


class Authentication(Protocol):
    """The interface of authentication."""

    def check(self, authorization: bytes | None, address: str) -> Deferred[Identity]:
        """
        :param authorization: the header of that name.
        :param address: of the client.
        :returns: fires with the user, or fails with an exception that has a status.
        """


class Root(Resource):
    """The only resource of a site.

    :param prefix: the first segment of all its paths.
    :param guard: checks the head first.
    :param authentication: runs before any information about objects is returned.
    """

    isLeaf = True

    def __init__(
        self, prefix: str, guard: Guard, authentication: Authentication
    ) -> None:
        super().__init__()
        self._prefix = prefix
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

    def render(self, request: Request) -> int:
        """Respond to a request, perhaps later."""
        ours = cast(ManagementRequest, request)
        serving = Deferred.fromCoroutine(self._serve(ours))
        serving.addErrback(_explain, ours)
        return NOT_DONE_YET

    async def _serve(self, request: ManagementRequest) -> None:
        self.guard.check(request)
        segments = _segments(request)
        if segments[:1] != [self._prefix] or not _is_plain(segments):
            raise NotFound("There is nothing at this path", "notFound")
        sent = request.requestHeaders.getRawHeaders(b"Authorization", [])
        identity = None if sent else self.open_to(segments)
        if identity is None:
            identity = await self.authentication.check(
                # Two headers count as none: a proxy may have checked only one of them.
                sent[0] if len(sent) == 1 else None,
                _host_of(request.getClientAddress()),
            )
        request.identity = identity
        acting.set(Actor(identity.name, identity.token))
        taken, router = self.find(segments)
        request.descend(taken)
        request.base_path = "/" + "/".join(segments[:taken])
        # The router would not notice that the client has left already.
        if request.is_open:
            router.render(request)


class ManagementRoot(Root):
    """The root of the management API.

    :param environment: serves the paths below ``.../environments/{env}``.
    :param installation: serves the paths directly below ``/management/v2``.
    """

    def __init__(
        self,
        guard: Guard,
        authentication: Authentication,
        environment: IResource,
        installation: IResource,
    ) -> None:
        super().__init__("management", guard, authentication)
        self._environment = environment
        self._installation = installation

    def find(self, segments: list[str]) -> tuple[int, IResource]:
        """Return the router, and the number of segments before its paths."""
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


def _host_of(address: IAddress) -> str:
    # Clients on a Unix socket have no address, and count as one.
    return str(getattr(address, "host", "local"))


def _explain(failure: Failure, request: ManagementRequest) -> None:
    reply = errors.answer(failure)
    if request.is_open:
        request.send(reply.put_on(request))
        request.finish()
