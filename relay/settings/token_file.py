"""A bearer token in a file."""

from __future__ import annotations

from relay.settings.listeners import read_token
from relay.settings.source import SettingsError

_LONGEST = 4096


def token_in(path: str) -> str:
    """
    Read the token of ``technical.token_file``.

    :param path: of the file; white space around the token is ignored.
    :raises SettingsError: when the file cannot be read, or has no usable token.
    """
    try:
        with open(path, encoding="ascii") as file:
            return read_token(file.read(_LONGEST).strip())
    except OSError as error:
        why = str(error.strerror)
    except ValueError as error:
        why = "is not ASCII" if isinstance(error, UnicodeError) else str(error)
    raise SettingsError(f"technical.token_file ({path}): {why}")
