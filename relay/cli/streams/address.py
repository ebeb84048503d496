"""What a command calls: a URL, or an API of the gateway."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote, urlsplit

from relay.cli.client import Client, open_client
from relay.cli.commands import Invocation
from relay.cli.errors import Failed
from relay.cli.objects.apis import find_api
from relay.cli.objects.reference import Unknown
from relay.cli.profiles import chosen_profile


def checked_url(url: str) -> str:
    """
    Return a URL in ASCII.

    :raises Failed: unless it is an http or https URL without user.
    """
    try:
        split = urlsplit(url)
        valid = split.scheme in ("http", "https") and bool(split.hostname)
        valid = valid and split.port != 0 and url.isprintable() and " " not in url
        host = (split.hostname or "").encode("idna").decode("ascii")
    except ValueError:
        valid, host = False, ""
    if not valid:
        # The URL is not shown, since it may have a password.
        raise Failed("the URL must be like https://source.example/events")
    if split.username is not None or split.password is not None:
        raise Failed("the URL must have no user and no password: use --user")
    if split.fragment:
        raise Failed("the URL must have no fragment (#)")
    if ":" in host:
        host = f"[{host}]"
    port = f":{split.port}" if split.port is not None else ""
    path = quote(split.path, safe="%/:@!$&'()*+,;=~-._")
    query = quote(split.query, safe="%/?:@!$&'()*+,;=~-._[]")
    return f"{split.scheme}://{host}{port}{path}" + (f"?{query}" if query else "")


def shown_url(url: str) -> str:
    """Return a URL without its query, which may hold secrets."""
    return url.partition("?")[0]


async def resolved(reactor: Any, invocation: Invocation, text: str) -> str:
    """
    Return the URL that a command calls.

    :param text: a URL, or the id, ``hrid`` or name of an API, with the path and query
        after its context-path: ``orders/eu?types=order``.
    :raises Failed: when there is no such API, or no deployment of it is served.
    """
    if "://" in text:
        return checked_url(text)
    client, pool = open_client(chosen_profile(invocation.profile, os.environ), reactor)
    try:
        return await _resolved_api(client, text)
    finally:
        await pool.closeCachedConnections()


async def _resolved_api(client: Client, text: str) -> str:
    place, mark, query = text.partition("?")
    name, slash, rest = place.partition("/")
    try:
        found = await find_api(client, name)
    except Unknown as error:
        message = f"{error.message}; a URL begins with http:// or https://"
        raise Unknown(message) from None
    urls = await client.call("GET", f"/apis/{found['id']}/exposedEntrypoints")
    if not urls:
        raise Failed(f"the API {name} is not deployed")
    return checked_url(urls[0]["value"].rstrip("/") + slash + rest + mark + query)
