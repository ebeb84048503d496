"""The check of settings without a start: ``twistd relay --check``."""

from __future__ import annotations

from relay.daemon.listener import Place
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
    mistakes: list[str] = []
    for place in _secured(settings):
        try:
            place.read_tls()
        except MaterialError as error:
            mistakes.append(str(error))
    if settings.outbound.ca is not None:
        try:
            load_certificates(from_path("outbound.ca", settings.outbound.ca))
        except MaterialError as error:
            mistakes.append(str(error))
    if settings.technical.token_file is not None:
        try:
            token_in(settings.technical.token_file)
        except SettingsError as error:
            mistakes += error.mistakes
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
