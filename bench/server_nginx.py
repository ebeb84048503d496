"""nginx as a server to measure beside Relay: `nginx_server`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from bench.machine import first_line
from bench.processes import BenchError, family, free_port, start, stop
from bench.server import Place, Running, await_listening, await_serving

CONFIGURATION = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
{user}
error_log error.log;
pid nginx.pid;
events {{ worker_connections {connections}; }}
http {{
    access_log access.log;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://127.0.0.1:{source_port};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
            proxy_read_timeout 60s;
        }}
    }}
}}
"""


def installed() -> str | None:
    """Find the program; Debian keeps it where a user's path does not reach."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def nginx_server(place: Place) -> Iterator[Running]:
    """Run nginx with one worker and its usual settings for event streams."""
    program = installed()
    if program is None or place.tls is not None:
        raise BenchError("nginx is not installed, or was asked for TLS")
    port = free_port()
    configuration = place.directory / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            user="user root;" if os.geteuid() == 0 else "",
            files=20000,
            connections=16000,
            port=port,
            source_port=place.source_port,
        )
    )
    log = place.directory / "output.log"
    # "-e" as well, since nginx opens its error log before it reads its configuration.
    command = [program, "-p", str(place.directory), "-c", str(configuration)]
    command += ["-e", "error.log"]
    process = start(command, place.core, output=log, directory=place.directory)
    try:
        await_listening(process, log, (port,))
        await_serving(port, "", None)
        yield Running(
            port=port,
            pids=family(process.pid),
            prefix="",
            version=first_line([program, "-v"]).removeprefix("nginx version: "),
            settings="one worker; access log to a file; proxy_http_version 1.1; "
            "proxy_buffering off; proxy_set_header Connection; else defaults",
        )
    finally:
        stop(process)
