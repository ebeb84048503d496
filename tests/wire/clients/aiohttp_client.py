"""The PyPI package aiohttp-sse-client: prints COUNT events of a URL as JSON lines."""

import asyncio
import json
import sys

from aiohttp_sse_client.client import EventSource  # type: ignore[import-untyped]


async def main(url: str, count: int) -> None:
    """Read the events."""
    async with EventSource(url) as source:
        async for event in source:
            print(json.dumps([event.type, event.data, event.last_event_id or ""]))
            count -= 1
            if not count:
                break


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
