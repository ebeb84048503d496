"""The log of a worker, in the log of the control process."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.task import Clock
from twisted.logger import Logger, LogLevel, capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from relay.workers.line import Message
from relay.workers.worker_log import WorkerLog, write


class Sent:
    """Stands for the line."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.is_behind = False

    def send(self, message: Message) -> None:
        """Keep a message."""
        self.messages.append(message)


class WorkerLogTests(SynchronousTestCase):
    """Messages, from the worker to the log."""

    def setUp(self) -> None:
        """Make both sides."""
        self.log = WorkerLog(Clock())
        self.line = Sent()
        self.worker = Logger("relay.test", observer=cast(Any, self.log))

    def test_there(self) -> None:
        """A message keeps its level, namespace and fields, and gets the worker."""
        self.worker.warn("API {api_id} {{is}} {what}", api_id="a", what="{served}")
        self.log.connect(cast(Any, self.line))
        with capturedLogs() as events:
            write(2, self.line.messages[0])
        (event,) = events
        self.assertEqual(formatEvent(event), "worker 2: API a {is} {served}")
        self.assertEqual(event["log_level"], LogLevel.warn)
        self.assertEqual(event["log_namespace"], "relay.test")
        self.assertEqual((event["api_id"], event["worker"]), ("a", 2))

    def test_a_failure(self) -> None:
        """The traceback is in the text."""
        self.log.connect(cast(Any, self.line))
        try:
            raise ValueError("wrong")
        except ValueError:
            self.worker.failure("it fails")
        self.assertIn("it fails\nTraceback", self.line.messages[0]["text"])

    def test_what_is_not_sent(self) -> None:
        """Details, and messages to a control process that does not read."""
        self.log.connect(cast(Any, self.line))
        self.worker.debug("a detail")
        self.line.is_behind = True
        self.worker.info("a message")
        self.assertEqual(self.line.messages, [])
