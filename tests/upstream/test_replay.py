"""Bodies that are sent more than once."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.iweb import UNKNOWN_LENGTH
from zope.interface import implementer

from relay.http.body import ICompletableBody
from relay.upstream.replay import MOST_KEPT_BYTES, ReplayedBody


@implementer(ICompletableBody)
class Upload:
    """A client's body, piece by piece."""

    length = UNKNOWN_LENGTH

    def __init__(self) -> None:
        self.consumer: IConsumer | None = None
        self.paused = False
        self.stopped = False
        self.told: Callable[[], None] = lambda: None

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """Begin; a body is begun once."""
        assert self.consumer is None
        self.consumer = consumer
        return Deferred()

    def pauseProducing(self) -> None:
        """Wait."""
        self.paused = True

    def resumeProducing(self) -> None:
        """Go on."""
        self.paused = False

    def stopProducing(self) -> None:
        """Never: the next try needs the rest."""
        self.stopped = True

    def when_complete(self, told: Callable[[], None]) -> None:
        """Call back in a later turn."""
        self.told = told

    def send(self, data: bytes) -> None:
        """Send a part of the body."""
        assert self.consumer is not None
        self.consumer.write(data)


class Wire:
    """A connection to a source."""

    def __init__(self) -> None:
        self.sent = b""

    def write(self, data: bytes) -> None:
        """Take some."""
        self.sent += data


class ReplayTests(SynchronousTestCase):
    """Each try sends all of the body, from its beginning."""

    def setUp(self) -> None:
        """Start with a body of which nothing has come."""
        self.upload = Upload()
        self.body = ReplayedBody(self.upload)
        self.completed: list[int] = []

    def attempt(self, number: int) -> tuple[Wire, ICompletableBody, Deferred[None]]:
        """Begin to send."""
        wire = Wire()
        reading = self.body.again()
        reading.when_complete(lambda: self.completed.append(number))
        done: Deferred[None] = reading.startProducing(wire)
        return wire, reading, done

    def test_once(self) -> None:
        """Data passes as it arrives."""
        wire, _, done = self.attempt(1)
        self.upload.send(b"ab")
        self.assertEqual(wire.sent, b"ab")
        self.upload.send(b"c")
        self.assertNoResult(done)
        self.upload.told()
        self.assertIsNone(self.successResultOf(done))
        self.assertEqual((wire.sent, self.completed), (b"abc", [1]))

    def test_again_amid_the_body(self) -> None:
        """The second try has what the first had, and the rest."""
        first, reading, _ = self.attempt(1)
        self.upload.send(b"ab")
        reading.stopProducing()
        self.assertTrue(self.upload.paused)
        self.assertFalse(self.upload.stopped)
        second, _, done = self.attempt(2)
        self.assertFalse(self.upload.paused)
        self.upload.send(b"c")
        self.upload.told()
        self.assertIsNone(self.successResultOf(done))
        self.assertEqual((first.sent, second.sent), (b"ab", b"abc"))
        self.assertEqual(self.completed, [2])

    def test_again_after_the_end(self) -> None:
        """A body that has come as a whole is sent as a whole, at once."""
        self.attempt(1)
        self.upload.send(b"abc")
        self.upload.told()
        second, _, done = self.attempt(2)
        self.assertIsNone(self.successResultOf(done))
        self.assertEqual((second.sent, self.completed), (b"abc", [1, 2]))

    def test_arrives_between_tries(self) -> None:
        """Data that arrives between two attempts is kept, and the client is paused."""
        _, reading, _ = self.attempt(1)
        reading.stopProducing()
        self.upload.paused = False
        self.upload.send(b"ab")
        self.assertTrue(self.upload.paused)
        second, _, _ = self.attempt(2)
        self.assertEqual(second.sent, b"ab")

    def test_back_pressure(self) -> None:
        """A source that takes no more holds the client back."""
        _, reading, _ = self.attempt(1)
        reading.pauseProducing()
        self.assertTrue(self.upload.paused)
        reading.resumeProducing()
        self.assertFalse(self.upload.paused)

    def test_too_long(self) -> None:
        """A body above the limit passes, is not kept, and cannot be sent again."""
        wire, _, _ = self.attempt(1)
        self.upload.send(b"x" * MOST_KEPT_BYTES)
        self.assertFalse(self.body.lost)
        self.upload.send(b"y" * 10)
        self.assertTrue(self.body.lost)
        self.assertEqual(len(wire.sent), MOST_KEPT_BYTES + 10)
        self.assertEqual(self.body._kept, [])
