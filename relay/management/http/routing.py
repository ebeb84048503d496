"""Routing: call a Python method for a request, and encode its result."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, TypeVar, cast
from urllib.parse import unquote_to_bytes

from klein import Klein
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.resource import IResource

from relay.http.accept import Accept, accept_of
from relay.management.access.identity import Identity
from relay.management.http import errors
from relay.management.http.answers import JSON, Answer, answers_of
from relay.management.http.credentials import NO_CREDENTIALS, Credentials
from relay.management.http.dry_run import dry_reply
from relay.management.http.errors import BadRequest, Forbidden, PreconditionFailed
from relay.management.http.parameters import DRY_RUN, Parameter
from relay.management.http.query import Query
from relay.management.http.reply import Content, Reply
from relay.management.http.request import ManagementRequest
from relay.management.http.request_body import Body, read_body
from relay.management.http.rules import CONVERTERS, rule
from relay.model.role import Role
from relay.model.schema.errors import Issue
from relay.model.secrets import MASK, Masking
from relay.store.rehearsal import Rehearsal, rehearsing

__all__ = [
    "Body",
    "Families",
    "RestCall",
    "Route",
    "route",
    "router_of",
    "routes_of",
]

ANY_TYPE = Accept(b"")
_ENTITY_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')

Method = TypeVar("Method", bound=Callable[..., Awaitable[Reply]])


@dataclass(frozen=True, slots=True)
class Route:
    """The route of a method."""

    name: str
    """Of the method."""
    verb: str
    path: str
    """A werkzeug rule, below the prefix of the family."""
    query: tuple[Parameter, ...]
    body: Body
    role: Role
    """The required role."""
    reads: Any = None
    """The type of the body, as pydantic knows types; None for a method without one."""
    answers: Mapping[int, Answer] | None = None
    """The responses by status, without those of errors that all routes have."""
    refuses: frozenset[int] = frozenset()
    """Statuses of errors besides those that the rest of the declaration implies."""
    versioned: bool = False
    """Whether ``If-Match`` has an effect."""
    public: bool = False
    """Whether the request needs no credentials."""
    about: str = ""
    """The docstring of the method."""
    no_dry_run: str | None = None
    """Why it has no dry run; None for a method that has one."""


@dataclass(frozen=True, slots=True)
class RestCall:
    """A request as its method sees it."""

    url: str
    """The requested URL, without its query."""
    base: str
    """The URL of the prefix of the family, without a slash at the end."""
    query: Query
    body: Any
    """The JSON value or the patch; None without a body."""
    if_match: str | None
    user: Identity
    accept: Accept = ANY_TYPE
    """The media types that the client takes."""
    dry_run: bool = False
    """Whether the writes to the store are rolled back. The method then has no other
    effect, either."""
    credentials: Credentials = NO_CREDENTIALS
    """Only what creates and ends credentials needs them."""
    shown: Callable[[Any], Any] = lambda document: document
    """Masks a document for the user. Only methods that encode their response themselves
    need it; other responses are masked where they are encoded."""

    @property
    def wants_events(self) -> bool:
        """Whether the client names event streams, and does not prefer JSON."""
        events = self.accept.prefers(b"text/event-stream")
        json = self.accept.prefers(JSON.encode())
        return (
            events is not None
            and events.precision > 0
            and (json is None or events > json)
        )

    def shown_once(self, secret: str) -> str:
        """
        Return a secret that was just created; in a dry run a mask, because it is not
        in force.
        """
        return MASK if self.dry_run else secret

    def check_version(self, updated_at_ms: int) -> None:
        """Compare ``If-Match`` (RFC 9110 §13.1.1) with the stored record.

        :param updated_at_ms: of the record, read in the transaction that writes it.
        :raises PreconditionFailed: when the client has read another version.
        """
        # Absent, or without a value, as some clients send it.
        if not self.if_match or self.if_match.strip() == "*":
            return
        # Apache adds the suffix to the tags of compressed responses.
        sent = self.if_match.replace("-gzip", "")
        if str(updated_at_ms) not in _ENTITY_TAG.findall(sent):
            raise PreconditionFailed()


def route(
    verb: str,
    path: str,
    *,
    query: Iterable[Parameter] = (),
    body: Body = Body.IGNORED,
    role: Role | None = None,
    reads: Any = None,
    answers: Mapping[int, Any] | None = None,
    refuses: Iterable[int] = (),
    versioned: bool = False,
    public: bool = False,
    no_dry_run: str | None = None,
) -> Callable[[Method], Method]:
    """Register a method for a path, with JSON bodies.

    The method is an ``async def`` with a :class:`RestCall` and the parts of the path by
    name as parameters. It returns a :class:`Reply`, or raises an exception of
    :data:`relay.management.http.errors.STATUS`.

    What is declared here is how requests are read, and what the OpenAPI document says
    of them, beside the docstring of the method: its first sentence is the summary.

    :param query: the accepted parameters; others are refused.
    :param role: the required role; by default ``VIEWER`` for ``GET``, otherwise
        ``PUBLISHER``.
    :param reads: the type of the body, as pydantic knows types.
    :param answers: the responses by status: an
        :class:`~relay.management.http.answers.Answer`, the type of a JSON body, or None
        for no body. Errors that all routes have are not among them.
    :param refuses: the statuses of errors that the rest does not imply, such as 409.
    :param versioned: whether the method calls :meth:`RestCall.check_version`.
    :param public: whether the root of the site asks for no credentials.
    :param no_dry_run: why the path refuses ``dryRun``, as a main clause. Without it,
        all methods but ``GET`` have a dry run, in which the store rolls their writes
        back.
    """
    if verb == "GET":
        no_dry_run = "it changes nothing"
    parameters = tuple(query) if no_dry_run else (*query, DRY_RUN)
    least = role or (Role.VIEWER if verb == "GET" else Role.PUBLISHER)

    def decorate(method: Method) -> Method:
        vars(method)["relay_route"] = Route(
            method.__name__,
            verb,
            path,
            parameters,
            body,
            least,
            reads,
            None if answers is None else answers_of(answers),
            frozenset(refuses),
            versioned,
            public,
            method.__doc__ or "",
            no_dry_run,
        )
        return method

    return decorate


class Families:
    """
    Objects whose registered methods answer requests.

    :param masking: masks secrets of documents for viewers.
    :param families: one of each class.
    """

    def __init__(self, masking: Masking, *families: object) -> None:
        self.masking = masking
        self.by_class = {type(family): family for family in families}

    def resource(self) -> IResource:
        """Return the resource that routes requests to the methods."""
        app = router_of(tuple(self.by_class)).__get__(self, Families)
        resource: IResource = app.resource()
        return resource


def routes_of(family: type) -> Iterator[Route]:
    """
    :param family: a class with registered methods.
    :returns: their routes.
    """
    for name in dir(family):
        found = getattr(getattr(family, name), "relay_route", None)
        if isinstance(found, Route):
            yield found


@cache
def router_of(classes: tuple[type, ...]) -> Klein:
    """Route to the methods of these classes, whose objects are in ``Families``.

    Compiling the rules takes longer than anything else that a site does at its start.
    """
    app = Klein()
    # Otherwise a slash at the end would be answered with a redirect.
    app.url_map.strict_slashes = False
    app.url_map.converters |= CONVERTERS
    paths = {found.path for family in classes for found in routes_of(family)}
    for family in classes:
        for found in routes_of(family):
            app.route(
                rule(found.path, paths),
                methods=[found.verb],
                endpoint=f"{found.verb} {found.path}",
            )(_named(partial(_serve, found, family), found.name))
    # Klein's type is IRequest; the site creates only ManagementRequest.
    app.handle_errors(Exception)(cast(Any, _explain))
    return app


def _named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    # Klein reads the name even if the endpoint is given.
    vars(function)["__name__"] = name
    return function


async def _serve(
    found: Route,
    family: type,
    families: Families,
    request: ManagementRequest,
    **parts: str,
) -> None:
    user = request.identity
    if not user.role.includes(found.role):
        raise Forbidden(
            f"This takes the role {found.role}; yours is {user.role}",
            "forbidden",
            {"role": found.role},
        )
    query = _query(request, found)
    rehearsal = None
    if DRY_RUN in found.query and query.flag(DRY_RUN.name):
        rehearsal = Rehearsal()
        request.dry_run = True
    call = RestCall(
        url=request.url(),
        base=request.url(request.base_path),
        query=query,
        body=read_body(request, found.body),
        if_match=request.getHeader("If-Match"),
        user=user,
        accept=accept_of(request.requestHeaders),
        dry_run=rehearsal is not None,
        credentials=request.credentials,
    )
    if user.role is Role.VIEWER:
        call = replace(call, shown=families.masking.masked)
    rehearsing.set(rehearsal)
    reply = await getattr(families.by_class[family], found.name)(call, **parts)
    if not isinstance(reply.body, bytes | Content):
        reply = replace(reply, body=call.shown(reply.body))
    if rehearsal is not None:
        reply = dry_reply(reply, rehearsal)
    await request.send(reply.put_on(request))
    if reply.live is not None:
        await request.write_live(reply.live)


def _query(request: ManagementRequest, found: Route) -> Query:
    parameters = _parameters(request)
    name = DRY_RUN.name
    if found.no_dry_run is not None and name.encode() in parameters:
        message = f"Query parameter {name} is not supported here: {found.no_dry_run}"
        issue = Issue(message, name)
        raise BadRequest(message, "query.unsupported", issues=[issue])
    return Query(parameters, found.query)


def _parameters(request: ManagementRequest) -> dict[bytes, list[bytes]]:
    """Parse the query as the URL standard does: twisted.web separates by ``;``, too."""
    found: dict[bytes, list[bytes]] = {}
    for pair in request.uri.partition(b"?")[2].split(b"&"):
        if pair:
            name, _, value = pair.replace(b"+", b" ").partition(b"=")
            found.setdefault(unquote_to_bytes(name), []).append(unquote_to_bytes(value))
    return found


def _explain(
    families: Families, request: ManagementRequest, failure: Failure
) -> Deferred[None]:
    return request.send(errors.answer(failure).put_on(request))
