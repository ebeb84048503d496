"""A collector that receives spans over OTLP/HTTP, as a real one does."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

from tests.wire.harness.daemon import until

KINDS = {1: "INTERNAL", 2: "SERVER", 3: "CLIENT"}


class ReceivedSpan(NamedTuple):
    """One span, as it was received."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    state: str
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    links: list[str]
    is_error: bool
    begun_ns: int
    ended_ns: int
    resource: dict[str, Any]


class Collector:
    """A collector on a loopback port, until :meth:`close`."""

    def __init__(self, port: int = 0) -> None:
        self.bodies: list[bytes] = []
        """The raw requests: all that was exported."""
        self.headers: list[dict[str, str]] = []
        self.status = 200
        """The status of the answers."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """Takes requests."""

            def do_POST(self) -> None:
                """Keep a request."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.status == 200:
                    outer.headers.append(
                        {k.lower(): v for k, v in self.headers.items()}
                    )
                    outer.bodies.append(body)
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1/traces"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Accept nothing more."""
        self._server.shutdown()
        self._server.server_close()

    def spans(self) -> list[ReceivedSpan]:
        """All spans so far."""
        found = []
        for body in list(self.bodies):
            request = ExportTraceServiceRequest.FromString(body)
            for of_resource in request.resource_spans:
                resource = _values(of_resource.resource.attributes)
                for of_scope in of_resource.scope_spans:
                    found += [_span(one, resource) for one in of_scope.spans]
        return found

    def of_trace(self, trace_id: str, count: int) -> list[ReceivedSpan]:
        """Wait for a number of spans of a trace, and return them by their begin."""

        def there() -> list[ReceivedSpan]:
            spans = [one for one in self.spans() if one.trace_id == trace_id]
            return spans if len(spans) >= count else []

        spans: list[ReceivedSpan] = until(there, f"{count} spans of {trace_id}")
        return sorted(spans, key=lambda one: (one.begun_ns, one.kind))


def _span(span: Any, resource: dict[str, Any]) -> ReceivedSpan:
    return ReceivedSpan(
        span.name,
        KINDS[span.kind],
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.trace_state,
        _values(span.attributes),
        [(one.name, _values(one.attributes)) for one in span.events],
        [one.trace_id.hex() for one in span.links],
        span.status.code == 2,
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        resource,
    )


def _values(attributes: Any) -> dict[str, Any]:
    return {
        one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes
    }
