"""Basic credentials (RFC 7617)."""

from __future__ import annotations

import base64


def read_pair(credentials: bytes) -> tuple[str, bytes] | None:
    """Decode the credentials after ``Basic`` in an ``Authorization`` header.

    :param credentials: base64 of a name, a colon and a password.
    :returns: the name and the password, which may be any bytes; ``None`` when they are
        malformed.
    """
    try:
        name, colon, password = base64.b64decode(
            credentials.strip(), validate=True
        ).partition(b":")
        return (name.decode("utf-8"), password) if colon else None
    except ValueError:
        return None


def challenge(realm: str) -> bytes:
    """Make the value of ``WWW-Authenticate``.

    :param realm: printable ASCII.
    """
    quoted = realm.replace("\\", "\\\\").replace('"', '\\"')
    return f'Basic realm="{quoted}", charset="UTF-8"'.encode()
