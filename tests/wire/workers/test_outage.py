"""The store goes away under a daemon with two workers, or is away when it starts."""

from tests.wire.store import test_outage


class WorkersOutageTests(test_outage.SqliteOutageTests):
    """The workers serve what is deployed, and share topics, without the store."""

    workers = 2
    processes = 3
