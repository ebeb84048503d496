"""Tests of :mod:`relay.upstream.connection.upload`."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from relay.http.body import ICompletableBody
from relay.upstream.connection.upload import Upload, WholeBody


@implementer(ICompletableBody)
class Body:
    """A client's body."""

    length = 3

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.told: Callable[[], None] = lambda: None

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """Begin."""
        self.heard.append("start")
        return Deferred()

    def pauseProducing(self) -> None:
        """Wait."""
        self.heard.append("pause")

    def resumeProducing(self) -> None:
        """Go on."""
        self.heard.append("resume")

    def stopProducing(self) -> None:
        """End."""
        self.heard.append("stop")

    def when_complete(self, told: Callable[[], None]) -> None:
        """Call back in a later turn."""
        self.told = told


class UploadTests(SynchronousTestCase):
    """The side that an upload waits for."""

    def setUp(self) -> None:
        """Begin to send."""
        self.body = Body()
        self.turns: list[bool] = []
        self.upload = Upload(self.body, self.turns.append)
        self.assertEqual(self.upload.length, 3)
        self.upload.startProducing(None)  # type: ignore[arg-type]

    def test_the_client_is_waited_for_until_it_has_sent_all(self) -> None:
        """
        The upload waits for the client until the body is complete, then for the source.
        """
        self.assertEqual(self.turns, [False])
        self.body.told()
        self.assertEqual(self.turns, [False, True])

    def test_a_source_that_takes_no_more_is_waited_for(self) -> None:
        """While the source takes no data, the upload waits for the source."""
        self.upload.pauseProducing()
        self.assertEqual(self.turns, [False, True])
        self.upload.resumeProducing()
        self.assertEqual(self.turns, [False, True, False])
        self.upload.stopProducing()
        self.assertEqual(self.body.heard, ["start", "pause", "resume", "stop"])

    def test_after_the_end_the_source_is_waited_for(self) -> None:
        """After the end of the body the upload waits for the source only."""
        self.body.told()
        self.upload.pauseProducing()
        self.upload.resumeProducing()
        self.assertEqual(self.turns, [False, True])


class WholeBodyTests(SynchronousTestCase):
    """A body that is there at once."""

    def test_it_goes_at_once(self) -> None:
        """A whole body is sent at once, and is complete."""
        body = WholeBody(b"abc")
        sent: list[bytes] = []
        told: list[int] = []
        body.when_complete(lambda: told.append(1))
        consumer = type("Consumer", (), {"write": staticmethod(sent.append)})()
        self.successResultOf(body.startProducing(consumer))
        self.assertEqual((body.length, sent, told), (3, [b"abc"], [1]))
