"""The PyPI package requests-sse: prints COUNT events of a URL as JSON lines."""

import json
import sys

from requests_sse import EventSource

url, count = sys.argv[1], int(sys.argv[2])
with EventSource(url, timeout=30) as source:
    for event in source:
        print(json.dumps([event.type, event.data, event.last_event_id or ""]))
        count -= 1
        if not count:
            break
