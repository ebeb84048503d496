"""Asks a Relay for its metrics again and again, as Prometheus does."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from bench.instruments.processes import BenchError

EVERY_S = 5.0
"""Three times as often as is usual."""
ACCEPT = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"


@contextmanager
def scraping(port: int, token: str) -> Iterator[None]:
    """
    Scrape every five seconds for as long as the block lasts.

    :param port: of the technical API.
    :param token: lets in a client that only reads.
    :raises BenchError: a scrape has failed.
    """
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/_node/metrics/prometheus",
        headers={"Authorization": f"Bearer {token}", "Accept": ACCEPT},
    )
    over = threading.Event()
    failures: list[OSError] = []

    def scrape() -> None:
        while not over.is_set():
            try:
                with urllib.request.urlopen(request, timeout=EVERY_S) as answer:
                    answer.read()
            except OSError as failure:
                failures.append(failure)
            over.wait(EVERY_S)

    thread = threading.Thread(target=scrape, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failures:
        raise BenchError(f"a scrape failed: {failures[0]}")
