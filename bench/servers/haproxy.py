"""HAProxy as a server to measure beside Relay: `haproxy_server`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench.instruments.processes import BenchError, free_port
from bench.servers.peers import program, version
from bench.servers.server import Place, Running, serving

CONFIGURATION = """\
global
    maxconn 8000
    nbthread 1
    log stdout format raw local0
defaults
    mode http
    log global
    option httplog
    option http-no-delay
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend clients
    bind 127.0.0.1:{port} backlog 4096
    default_backend source
backend source
    server source 127.0.0.1:{source_port}
"""


@contextmanager
def haproxy_server(place: Place) -> Iterator[Running]:
    """Run HAProxy with one thread and its usual settings for event streams."""
    found = program("haproxy")
    if found is None or place.tls is not None:
        raise BenchError("haproxy is not installed, or was asked for TLS")
    port = free_port()
    configuration = place.directory / "haproxy.cfg"
    configuration.write_text(
        CONFIGURATION.format(port=port, source_port=place.source_port)
    )
    with serving(place, [found, "-db", "-f", str(configuration)], (port,)) as pids:
        yield Running(
            port=port,
            pids=pids,
            prefix="",
            version=version("haproxy", "-v"),
            settings="one thread; option httplog, to a file by way of standard "
            "output; option http-no-delay; timeouts of 60 s; else defaults",
        )
