"""The PyPI package httpx-sse: prints COUNT events of a URL as JSON lines."""

import json
import sys

import httpx
from httpx_sse import connect_sse

url, count = sys.argv[1], int(sys.argv[2])
with httpx.Client(timeout=30) as client, connect_sse(client, "GET", url) as source:
    for event in source.iter_sse():
        print(json.dumps([event.event, event.data, event.id]))
        count -= 1
        if not count:
            break
