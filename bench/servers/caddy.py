"""Caddy as a server to measure beside Relay: `caddy_server`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bench.instruments.processes import BenchError, free_port
from bench.servers.peers import program, version
from bench.servers.server import Place, Running, serving

CONFIGURATION = """\
{{
    admin off
    auto_https off
    persist_config off
}}
http://127.0.0.1:{port} {{
    bind 127.0.0.1
    log {{
        output file access.log
    }}
    reverse_proxy 127.0.0.1:{source_port}
}}
"""


@contextmanager
def caddy_server(place: Place) -> Iterator[Running]:
    """Run Caddy on its one core, with its usual settings for event streams."""
    found = program("caddy")
    if found is None or place.tls is not None:
        raise BenchError("caddy is not installed, or was asked for TLS")
    port = free_port()
    configuration = place.directory / "Caddyfile"
    configuration.write_text(
        CONFIGURATION.format(port=port, source_port=place.source_port)
    )
    command = [found, "run", "--config", str(configuration), "--adapter", "caddyfile"]
    here = str(place.directory)
    environment = {**os.environ, "XDG_DATA_HOME": here, "XDG_CONFIG_HOME": here}
    with serving(place, command, (port,), environment) as pids:
        yield Running(
            port=port,
            pids=pids,
            prefix="",
            version=f"Caddy {version('caddy', 'version')}",
            settings="access log to a file; reverse_proxy (which flushes event streams "
            "at once); admin off; auto_https off; else defaults",
        )
