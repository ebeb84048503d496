"""The pictures of an API, at the URLs in its ``_links``."""

from __future__ import annotations

import base64
import re

from relay.management.http.answers import Answer
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources.representations import find_api
from relay.store.store import Store

# No SVG: scripts in it would run with the rights of this site.
_DATA = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/=\s]+)")

PICTURE = Answer(
    {f"image/{kind}": None for kind in ("png", "jpeg", "gif", "webp")},
    "The picture; no content without one.",
)

PICTURE = Answer(
    {f"image/{kind}": None for kind in ("png", "jpeg", "gif", "webp")},
    "The picture; no content without one.",
)


class Pictures:
    """The resource family of pictures.

    :param store: has the definitions, which contain the pictures as ``data:`` URLs.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @route("GET", "/apis/<api_id>/picture", answers={200: PICTURE})
    async def picture(self, call: RestCall, api_id: str) -> Reply:
        """Return the picture; an empty response without one."""
        return await self._image(api_id, "picture")

    @route("GET", "/apis/<api_id>/background", answers={200: PICTURE})
    async def background(self, call: RestCall, api_id: str) -> Reply:
        """Return the background; an empty response without one."""
        return await self._image(api_id, "background")

    async def _image(self, api_id: str, name: str) -> Reply:
        api = await self._store.read(lambda tx: find_api(tx, api_id))
        kept = api.definition.get(name)
        found = _DATA.fullmatch(kept) if isinstance(kept, str) else None
        if found is None:
            return Reply(200)
        try:
            image = base64.b64decode(found[2])
        except ValueError:
            return Reply(200)
        return Reply(200, image, {"Content-Type": found[1]})
