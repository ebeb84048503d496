"""``relay doctor``."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from relay.cli.commands import Invocation
from relay.cli.errors import DIFFERS, DONE, Failed
from relay.cli.hrids import complete_apis
from relay.cli.streams.credentials import call_options, read_ca, read_headers

if TYPE_CHECKING:
    from relay.cli.doctor.finding import Finding
    from relay.cli.output import Output
    from relay.settings.schema import Settings

_STYLES = {"ok": "green", "warning": "yellow", "error": "red"}
_WORST = ("ok", "warning", "error")


@click.command()
@click.argument("url", required=False)
@click.option(
    "--config", metavar="FILE", type=click.Path(), help="The settings of the daemon."
)
@click.option(
    "--data-dir",
    metavar="DIR",
    default="./var",
    show_default=True,
    help="As of the daemon.",
)
@click.option(
    "--direct", metavar="URL", help="The same stream without its proxies, to compare."
)
@click.option(
    "--api",
    metavar="REF",
    shell_complete=complete_apis,
    help="Check the sources of an API of the server; all: names of every API.",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 50),
    default=15,
    show_default=True,
    help="How long to listen to a stream.",
)
@call_options
@click.pass_obj
def doctor(
    invocation: Invocation,
    /,
    url: str | None,
    config: str | None,
    data_dir: str,
    direct: str | None,
    api: str | None,
    seconds: int,
    headers: Sequence[str],
    user: str | None,
    ca: str | None,
) -> int:
    """
    Check this machine and the settings, an event stream, or the sources of an API.

    Without URL and --api: limits, ports, certificates, clock, store, engine, disk. With
    URL: name, certificate, clock, and whether proxies buffer the events. The exit
    status is 0 if nothing is wrong, 2 with findings, and 1 if a check could not be
    made.
    """
    from relay.cli.output import Output

    output = Output.of(invocation)
    if direct is not None and url is None:
        raise Failed("--direct needs the URL of the stream with its proxies")
    found: list[Finding] = []
    if url is None and api is None:
        found += _machine(_settings(config, data_dir))
    if url is not None:
        found += _stream(url, direct, read_headers(headers, user), read_ca(ca), seconds)
    if api is not None:
        found += _apis(invocation, api, seconds)
    _print(output, found)
    return DONE if all(one.level == "ok" for one in found) else DIFFERS


def _settings(config: str | None, data_dir: str) -> Settings:
    """
    Read the settings as the daemon would.

    :raises Failed: when they cannot be used.
    """
    from relay.settings.schema import load
    from relay.settings.source import SettingsError

    try:
        return load(config, data_dir, os.environ, {})
    except SettingsError as error:
        raise Failed("the settings cannot be used", error.mistakes) from None


def _machine(settings: Settings) -> Iterator[Finding]:
    from relay.cli.doctor.certificates import check_certificates
    from relay.cli.doctor.clock import check_synchronization, kernel_status
    from relay.cli.doctor.engine import check_engine
    from relay.cli.doctor.limits import check_limits
    from relay.cli.doctor.ports import check_ports
    from relay.cli.doctor.store import check_disk, check_store
    from relay.daemon.memory import limit_bytes

    yield from check_limits(settings, limit_bytes())
    yield from check_ports(settings)
    yield from check_certificates(settings, datetime.datetime.now(datetime.UTC))
    yield check_synchronization(kernel_status())
    yield from check_store(settings)
    yield from check_engine(settings.cluster)
    yield check_disk(settings.data_dir)


def _stream(
    url: str, direct: str | None, headers: Any, ca: str, seconds: int
) -> list[Finding]:
    from relay.cli.doctor.certificates import check_server
    from relay.cli.doctor.names import check_name
    from relay.cli.doctor.stream import check_stream
    from relay.cli.running import run_reactor
    from relay.cli.streams.address import checked_url

    called = checked_url(url)
    other = None if direct is None else checked_url(direct)
    split = urlsplit(called)
    host = split.hostname or ""
    name = check_name(host)
    found = [] if name is None else [name]
    if found and found[0].level == "error":
        return found
    if split.scheme == "https":
        found.append(check_server(host, split.port or 443, ca))

    async def session(reactor: Any) -> int | None:
        found.extend(await check_stream(reactor, called, other, headers, ca, seconds))
        return None

    _run(run_reactor, session)
    return found


def _apis(invocation: Invocation, reference: str, seconds: int) -> list[Finding]:
    from relay.cli.client import Client
    from relay.cli.doctor.apis import check_heartbeats, hosts_of
    from relay.cli.doctor.names import check_name
    from relay.cli.objects.apis import APIS, find_api
    from relay.cli.objects.reference import listed
    from relay.cli.running import run

    found: list[Finding] = []

    async def session(client: Client, output: Output) -> None:
        if reference == "all":
            apis = [one async for one in listed(client, APIS, APIS.path, {})]
        else:
            apis = [await find_api(client, reference)]
        for host in sorted({host for api in apis for host in hosts_of(api)}):
            name = check_name(host)
            if name is not None:
                found.append(name)
        if reference != "all":
            # The server probes few endpoints at a time, and each takes the seconds.
            found.extend(await check_heartbeats(client, apis[0], seconds))

    _run(lambda work: run(invocation, work), session)
    return found


def _run(runner: Any, session: Any) -> None:
    """
    Run the asynchronous part.

    :raises click.Abort: when Ctrl-C has ended it.
    """
    if runner(session) != DONE:
        raise click.Abort


def _print(output: Output, found: Sequence[Finding]) -> None:
    if output.json:
        worst = max((one.level for one in found), key=_WORST.index, default="ok")
        output.data({"level": worst, "findings": [one.to_json() for one in found]})
        return
    for one in found:
        output.line(f"{one.level:<8}{one.check}: {one.found}", style=_STYLES[one.level])
        if one.advice:
            output.line(f"        {one.advice}")
