"""
The tracer of calls that no exchange makes: those to sources of channels, and outbound
calls.

It is one for the process, since plugins make such calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from relay.model.marks import Marks
from relay.upstream.request import Trace


class TracedCall(Marks, Trace, Protocol):
    """A call that is traced; it takes the marks of its attempts."""


class CallTracer(Protocol):
    """Begins traces."""

    def begin_call(
        self, method: str, attributes: Mapping[str, str | int | None]
    ) -> TracedCall:
        """
        Begin the trace of a call.

        :param method: of its request.
        :param attributes: of its spans.
        """


class Tracers:
    """Holds the tracer while tracing is on."""

    def __init__(self) -> None:
        self.tracer: CallTracer | None = None

    def begin_call(
        self, method: str, attributes: Mapping[str, str | int | None]
    ) -> TracedCall | None:
        """
        Begin the trace of a call, as a :class:`CallTracer` does.

        :return: None while tracing is off.
        """
        if self.tracer is None:
            return None
        return self.tracer.begin_call(method, attributes)


TRACERS = Tracers()
