"""The drain of this daemon: begin it, watch it, cancel it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Protocol, Self

from pydantic import Field, ValidationError, model_validator

from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.shapes.technical import DrainState
from relay.model.api.lifecycle import ActionRefused
from relay.model.role import Role
from relay.model.schema import reading
from relay.model.schema.base import Options
from relay.model.schema.errors import Invalid
from relay.model.schema.types.timestamps import timestamp
from relay.observability.drain_progress import DrainProgress
from relay.reactor.settled import Soon, settled

LONGEST_S = 86_400
"""The longest spread and the latest hard stop, in seconds."""
Seconds = Annotated[float, Field(ge=0, le=LONGEST_S, strict=True, allow_inf_nan=False)]


class View(Protocol):
    """A drain, as :class:`relay.daemon.drain.DrainView`."""

    @property
    def state(self) -> str:
        """``draining`` or ``drained``."""

    @property
    def stopping(self) -> bool:
        """Whether the daemon stops."""

    @property
    def begun_ms(self) -> int:
        """The time of day at which it began."""

    @property
    def streams_at_start(self) -> int:
        """The number of event streams at that time."""

    @property
    def delay_left_s(self) -> float:
        """The time for which new connections are still accepted."""

    @property
    def left(self) -> DrainProgress:
        """What is left."""


class Control(Protocol):
    """Drains the daemon, as :class:`relay.daemon.drain.NodeDrain`."""

    stopping: bool

    @property
    def view(self) -> View | None:
        """The drain; None without one."""

    def begin(self, spread_s: float | None, hard_stop_s: float | None) -> None:
        """Drain."""

    def cancel(self) -> None:
        """Serve clients again."""


class DrainRequest(Options):
    """The body of a request to drain."""

    seconds: Seconds | None = None
    """Over how many seconds event streams end; without it ``drain.spread_ms``."""
    hard_stop_seconds: Seconds | None = None
    """After how many seconds all that is left is cut; without it
    ``gateway.drain_timeout_ms`` after the last stream."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        hard_stop = self.hard_stop_seconds
        if hard_stop is None:
            return self
        if self.seconds is None:
            raise ValueError("hardStopSeconds needs seconds")
        if hard_stop < self.seconds:
            raise ValueError("hardStopSeconds must not be less than seconds")
        return self


class Drains(Protocol):
    """Drains the daemon, and describes its drain as JSON."""

    def stops(self) -> Soon[bool]:
        """Whether the daemon stops, so that its drain cannot be changed."""

    def shown(self) -> Soon[dict[str, Any]]:
        """Return the state, what is left, and the forecast."""

    def begin(self, wanted: DrainRequest) -> Soon[dict[str, Any]]:
        """Drain, and return what :meth:`shown` does."""

    def cancel(self) -> Soon[dict[str, Any]]:
        """Serve clients again, and return what :meth:`shown` does."""


class Drain:
    """The resource family of the drain."""

    def __init__(self, drains: Drains) -> None:
        self._drains = drains

    @route("GET", "/drain", answers={200: DrainState})
    async def show(self, call: RestCall) -> Reply:
        """Return the state, what is left, and the forecast."""
        return Reply(200, await settled(self._drains.shown()))

    @route(
        "POST",
        "/drain",
        body=Body.OPTIONAL,
        role=Role.ADMIN,
        no_dry_run="a drain stores nothing",
        reads=DrainRequest,
        answers={202: DrainState},
    )
    async def begin(self, call: RestCall) -> Reply:
        """Drain the daemon; a drain that runs is replaced."""
        try:
            wanted = DrainRequest.read({} if call.body is None else call.body)
        except ValidationError as error:
            raise Invalid(reading.issues(error)) from None
        await self._check()
        return Reply(202, await settled(self._drains.begin(wanted)))

    @route(
        "DELETE",
        "/drain",
        role=Role.ADMIN,
        no_dry_run="a drain stores nothing",
        answers={200: DrainState},
    )
    async def cancel(self, call: RestCall) -> Reply:
        """Accept clients again."""
        await self._check()
        return Reply(200, await settled(self._drains.cancel()))

    async def _check(self) -> None:
        if await settled(self._drains.stops()):
            raise ActionRefused(
                "The daemon stops: its drain cannot be changed", "node.stopping"
            )


class LocalDrain:
    """
    The drain of this process.

    :param control: drains the process.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(self, control: Control, wall_ms: Callable[[], int]) -> None:
        self._control = control
        self._wall_ms = wall_ms

    def stops(self) -> bool:
        """Whether the process stops."""
        return self._control.stopping

    def begin(self, wanted: DrainRequest) -> dict[str, Any]:
        """Drain; a drain that runs is replaced."""
        self._control.begin(wanted.seconds, wanted.hard_stop_seconds)
        return self.shown()

    def cancel(self) -> dict[str, Any]:
        """Accept clients again."""
        self._control.cancel()
        return self.shown()

    def shown(self) -> dict[str, Any]:
        """Return the state, what is left, and the forecast."""
        view = self._control.view
        if view is None:
            return {"state": "serving"}
        left, now_ms = view.left, self._wall_ms()

        def at(wait_s: float) -> str:
            return timestamp(now_ms + round(wait_s * 1000))

        shape: dict[str, Any] = {
            "state": view.state,
            "stopping": view.stopping,
            "startedAt": timestamp(view.begun_ms),
            "streamsAtStart": view.streams_at_start,
            "streams": left.streams,
            "calls": left.calls,
        }
        if view.state == "draining":
            shape["streamsPerSecond"] = round(left.rate_per_s, 2)
            shape["lastStreamEndsAt"] = at(view.delay_left_s + left.spread_left_s)
            shape["hardStopAt"] = at(view.delay_left_s + left.hard_stop_left_s)
        return shape
