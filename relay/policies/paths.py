"""Paths as rules about them read them."""

from __future__ import annotations

from urllib.parse import unquote


def segments_of(path: bytes) -> list[str]:
    """
    Cut a path into its segments, as a source may read it.

    Sources decode, merge slashes and resolve dots in their own ways: a rule for
    ``/admin`` must not be got round by ``//%61dmin`` or ``/x/../admin``.

    :param path: what follows the context-path, raw.
    """
    found: list[str] = []
    for part in path.decode("latin-1").split("/"):
        segment = unquote(part)
        if segment == "..":
            del found[-1:]
        elif segment not in ("", "."):
            found.append(segment)
    return found
