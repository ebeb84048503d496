"""nginx as a server to measure beside Relay: `nginx_server`, and `nchan_server`."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from bench.instruments.processes import BenchError, free_port
from bench.servers.peers import nchan_module, program, version
from bench.servers.server import BROADCAST, STATS, Place, Running, serving

CONFIGURATION = """\
{module}
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
{user}
error_log error.log;
pid nginx.pid;
events {{ worker_connections 16000; }}
http {{
    access_log access.log;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
{servers}
}}
"""

PROXY = """\
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
"""

# Publishing has a listener of its own, so that it is never over TLS.
CHANNEL = """\
    server {{
        listen 127.0.0.1:{publish_port};
        keepalive_requests 1000000000;
        location = /publish {{
            nchan_publisher;
            nchan_channel_id bench;
            nchan_message_buffer_length 1000;
            nchan_message_timeout 60s;
        }}
    }}
    server {{
        listen 127.0.0.1:{port} {ssl} backlog=4096;
        {certificate}
        location = {path} {{
            nchan_subscriber eventsource;
            nchan_channel_id bench;
            nchan_subscriber_first_message newest;
        }}
        location = {stats} {{ return 200; }}
    }}
"""


@contextmanager
def nginx_server(place: Place) -> Iterator[Running]:
    """Run nginx with one worker and its usual settings for event streams."""
    if place.tls is not None:
        raise BenchError("nginx is measured as a proxy without TLS only")
    port = free_port()
    servers = PROXY.format(port=port, source_port=place.source_port)
    with _nginx(place, servers, (port,)) as pids:
        yield Running(
            port=port,
            pids=pids,
            prefix="",
            version=version("nginx", "-v").removeprefix("nginx version: "),
            settings="one worker; access log to a file; proxy_http_version 1.1; "
            "proxy_buffering off; proxy_set_header Connection; else defaults",
        )


def nchan_server(place: Place) -> AbstractContextManager[Running]:
    """Run nginx with one worker and nchan: POSTed to, read as event streams."""
    return _nchan(place, at_once=False)


def nchan_at_once_server(place: Place) -> AbstractContextManager[Running]:
    """
    Run the same so that each event leaves at once (``TCP_NODELAY``).

    nchan leaves Nagle's algorithm on: while a client has not acknowledged one event,
    the kernel keeps the next ones back, and then sends them as one. In some runs of 100
    events a second it does that to nearly all of them, for half the CPU time and five
    times the latency. No directive sets the option, but sockets have it of the one that
    accepts them, and that one may be inherited.
    """
    return _nchan(place, at_once=True)


@contextmanager
def _nchan(place: Place, at_once: bool) -> Iterator[Running]:
    module = nchan_module()
    if module is None:
        raise BenchError("nchan is not installed")
    port, publish_port = free_port(), free_port()
    certificate = ""
    if place.tls is not None:
        certificate = (
            f"ssl_certificate {place.tls.certificate}; "
            f"ssl_certificate_key {place.tls.key};"
        )
    servers = CHANNEL.format(
        port=port,
        publish_port=publish_port,
        path=BROADCAST,
        stats=STATS,
        ssl="ssl" if place.tls else "",
        certificate=certificate,
    )
    load_module = f"load_module {module};"
    with ExitStack() as opened:
        listener = None
        if at_once:
            listener = opened.enter_context(_undelayed(port))
        pids = opened.enter_context(
            _nginx(place, servers, (port, publish_port), load_module, listener)
        )
        yield Running(
            port=port,
            pids=pids,
            prefix="",
            version=version("nginx", "-v").removeprefix("nginx version: ")
            + " with nchan",
            settings="one worker; access log to a file; nchan_subscriber eventsource; "
            "nchan_subscriber_first_message newest; nchan_message_buffer_length 1000; "
            "nchan_message_timeout 60s; keepalive_requests 1000000000 for the "
            "publisher"
            + "; TCP_NODELAY towards clients" * at_once
            + "; ssl towards clients" * (place.tls is not None),
            publish=(publish_port, "/publish"),
        )


def _undelayed(port: int) -> socket.socket:
    """Listen on a loopback port so that what is accepted sends without delay."""
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


@contextmanager
def _nginx(
    place: Place,
    servers: str,
    ports: tuple[int, ...],
    module: str = "",
    listener: socket.socket | None = None,
) -> Iterator[list[int]]:
    """
    Run nginx and give its processes.

    :param listener: inherited, as when one nginx takes over from another.
    """
    found = program("nginx")
    if found is None:
        raise BenchError("nginx is not installed")
    configuration = place.directory / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(
        CONFIGURATION.format(module=module, user=user, servers=servers)
    )
    # "-e" as well, since nginx opens its error log before it reads its configuration.
    command = [found, "-p", str(place.directory), "-c", str(configuration)]
    command += ["-e", "error.log"]
    environment: dict[str, str] | None = None
    inherited: tuple[int, ...] = ()
    if listener is not None:
        inherited = (listener.fileno(),)
        environment = {**os.environ, "NGINX": f"{listener.fileno()};"}
    with serving(place, command, ports, environment, inherited) as pids:
        yield pids
