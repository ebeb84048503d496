"""The check of settings without a start: ``twistd relay --check``."""

from __future__ import annotations

from collections.abc import Callable

from relay.daemon.listener import Place
from relay.observability.tracing.service import headers_in_file
from relay.settings.schema import Settings
from relay.settings.source import SettingsError
from relay.settings.token_file import token_in
from relay.tls.material import MaterialError, from_path, load_certificates


def check_files(settings: Settings) -> None:
    """
    Read the files that settings name, as a start does. Nothing is opened for writing,
    and no address is listened on.

    :raises SettingsError: with one line for each file that cannot be used.
    """
    ca, token_file = settings.outbound.ca, settings.technical.token_file
    reads: list[Callable[[], object]] = [one.read_tls for one in _secured(settings)]
    if ca is not None:
        reads.append(lambda: load_certificates(from_path("outbound.ca", ca)))
    if token_file is not None:
        reads.append(lambda: token_in(token_file))
    cluster = settings.cluster
    if cluster.ca is not None:
        authorities = from_path("cluster.ca", cluster.ca)
        reads.append(lambda: load_certificates(authorities))
    reads.append(lambda: cluster.address)
    reads.append(lambda: headers_in_file(settings.tracing.headers_file))
    mistakes: list[str] = []
    for read in reads:
        try:
            read()
        except (MaterialError, SettingsError) as error:
            mistakes += str(error).splitlines()
    if mistakes:
        raise SettingsError(*mistakes)


def _secured(settings: Settings) -> list[Place]:
    management, technical = settings.management, settings.technical
    places = [
        Place("management", management.endpoint, management.tls),
        Place("technical", technical.endpoint, technical.tls),
    ]
    for one in settings.gateway.listeners:
        places.append(Place(f"listener {one.id}", one.endpoint, one.tls, one))
    return places
