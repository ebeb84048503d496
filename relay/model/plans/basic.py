"""Basic credentials (RFC 7617), whoever asks for them."""

from __future__ import annotations

import base64


def read_pair(credentials: bytes) -> tuple[str, bytes] | None:
    """Read what follows ``Basic`` in an ``Authorization`` header.

    :param credentials: base64 of a name, a colon and a password.
    :returns: the name and the password, which may hold anything; ``None`` for what
        is no such pair.
    """
    try:
        name, colon, password = base64.b64decode(
            credentials.strip(), validate=True
        ).partition(b":")
        return (name.decode("utf-8"), password) if colon else None
    except ValueError:
        return None


def challenge(realm: str) -> bytes:
    """Ask for such credentials, as a value of ``WWW-Authenticate``.

    :param realm: what they are for; printable.
    """
    quoted = realm.replace("\\", "\\\\").replace('"', '\\"')
    return f'Basic realm="{quoted}", charset="UTF-8"'.encode()
