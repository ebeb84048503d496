"""The demo source, as a process of its own."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.wire.harness.daemon import BOUND_S, until
from tests.wire.harness.twistd import LOOPBACK, twistd


@contextmanager
def demo_source(*options: str, heartbeat_ms: int | None = None) -> Iterator[str]:
    """
    Run ``twistd relay-source``, and give its URL.

    :param options: of the command line, such as those of a replay.
    :param heartbeat_ms: None for the default.
    """
    if heartbeat_ms is not None:
        options = (*options, "--heartbeat-ms", str(heartbeat_ms))
    with tempfile.TemporaryDirectory(prefix="relay-source-") as directory:
        log_path = Path(directory) / "source.log"
        process = twistd(
            ["--listen", f"tcp:0:{LOOPBACK}", *options],
            log_path,
            command="relay-source",
        )

        def port() -> str | None:
            log = log_path.read_text()
            if process.poll() is not None:
                raise AssertionError(f"the demo source ended: {log}")
            # Twisted logs this when the port is open.
            started = re.search(r" starting on (\d+)\n", log)
            return started and started[1]

        try:
            yield f"http://127.0.0.1:{until(port, 'the demo source accepts')}"
        finally:
            process.kill()
            process.wait(BOUND_S)
