"""The HTTP face of the demo source, without sockets."""

from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent, Logger, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from relay.demo.request import MAX_BODY_BYTES
from relay.demo.source import DemoSource
from tests.demo.caller import Answer, Caller, basic

MESSAGES = "/channels/a/messages"


class SiteTests(SynchronousTestCase):
    """One connection to a source."""

    def setUp(self) -> None:
        self.source = DemoSource(Clock())
        self.caller = Caller(self.source)

    def assert_error(
        self, answer: Answer, status: int, code: int, message: str | None = None
    ) -> None:
        """Check that an answer is an error in Ably's envelope."""
        self.assertEqual(answer.status, status)
        self.assertEqual(answer.header("Content-Type"), "application/json")
        error = answer.json()["error"]
        self.assertEqual(error.keys(), {"message", "code", "statusCode", "href"})
        self.assertEqual((error["statusCode"], error["code"]), (status, code))
        self.assertTrue(error["href"].endswith(f"/{code}"))
        if message is not None:
            self.assertEqual(error["message"], message)


class CredentialTests(SiteTests):
    """The credentials of the demo source."""

    def test_basic_credentials(self) -> None:
        """The right pair opens the stream."""
        self.assertEqual(self.caller.stream("channel=a").status, 200)

    def test_key_in_query(self) -> None:
        """A browser, which cannot send headers, puts the key into the query."""
        target = "/sse?channel=a&key=demo%3Arelay"
        self.assertEqual(self.caller.call("GET", target, key=None).status, 200)

    def test_header_goes_before_query(self) -> None:
        """A wrong header is not made good by a right key."""
        target = "/sse?channel=a&key=demo:relay"
        self.assert_error(self.caller.call("GET", target, key="demo:no"), 401, 40101)

    def test_wrong_ones(self) -> None:
        """Every wrong credential is a 401."""
        cases: list[tuple[str, dict[str, str]]] = [
            ("/sse?channel=a", {}),
            ("/sse?channel=a&key=", {}),
            ("/sse?channel=a&key=demo:hush", {}),
            ("/sse?channel=a", {"Authorization": basic("demo:hush")}),
            ("/sse?channel=a", {"Authorization": "Bearer hush"}),
            ("/sse?channel=a", {"Authorization": "Basic hush!"}),
            ("/sse?channel=a", {"Authorization": "Basic"}),
            (MESSAGES, {}),
        ]
        for target, headers in cases:
            caller = Caller(self.source)
            answer = caller.call("GET", target, key=None, headers=headers)
            self.assert_error(answer, 401, 40101)
            challenge = answer.header("WWW-Authenticate")
            self.assertEqual(challenge, 'Basic realm="relay-source", charset="UTF-8"')
            self.assertNotIn("hush", answer.error())
        self.assertEqual(self.source.streams, 0)

    def test_publishing_needs_them_too(self) -> None:
        """Publishing needs a key."""
        answer = self.caller.call("POST", MESSAGES, b"{}", key=None)
        self.assert_error(answer, 401, 40101)
        self.assertEqual(self.source.history("a", 1, oldest=True), [])

    def test_secrets_stay_out_of_the_log(self) -> None:
        """No log event shows a key or a query, however a request ends."""
        events: list[str] = []

        @implementer(ILogObserver)
        def observe(event: LogEvent) -> None:
            events.append(repr(event))

        globalLogPublisher.addObserver(observe)
        self.addCleanup(globalLogPublisher.removeObserver, observe)
        self.caller.site.doStart()
        self.caller.call("GET", f"{MESSAGES}?key=demo:relay", key=None)
        self.caller.call("GET", f"{MESSAGES}?key=demo:hush", key=None)
        Logger().info("the observer observes")
        self.assertIn("the observer observes", events[-1])
        self.assertEqual([event for event in events if "key=" in event], [])


class StreamTests(SiteTests):
    """Opening an event stream."""

    def test_headers(self) -> None:
        """The head is that of an event stream that nothing on the way may buffer."""
        answer = self.caller.stream("channel=a&v=1.1")
        self.assertEqual(answer.header("Content-Type"), "text/event-stream")
        self.assertEqual(answer.header("Cache-Control"), "no-cache, no-store")
        self.assertEqual(answer.header("X-Accel-Buffering"), "no")
        self.assertEqual(answer.header("Access-Control-Allow-Origin"), "*")
        self.assertEqual(answer.header("Server"), "relay-source")
        self.assertIsNone(answer.header("Content-Length"))
        self.assertIsNone(answer.header("Connection"))

    def test_misspelt_channel_key_is_another_key(self) -> None:
        """``Channel`` is not ``channel``: alone it names nothing."""
        answer = self.caller.stream("Channel=ssechannel&v=1.1")
        self.assertEqual(answer.status, 400)
        self.caller.stream("Channel=x&channel=ssechannel&v=1.1")
        self.assertEqual(self.source.subscribers("ssechannel"), 1)
        self.assertEqual(self.source.subscribers("x"), 0)

    def test_channels_of_caller_and_target_together(self) -> None:
        """Where a gateway joins two queries, the stream reads the channels of both."""
        self.caller.stream("channel=x&a=1&channel=c&v=1.1")
        self.assertEqual(self.source.subscribers("x"), 1)
        self.assertEqual(self.source.subscribers("c"), 1)

    def test_names_with_special_characters(self) -> None:
        """Names are percent-decoded UTF-8, and another separator lets commas in."""
        self.caller.stream("separator=|&channel=fo,o|b%C3%A4r%2Fbaz")
        self.assertEqual(self.source.subscribers("fo,o"), 1)
        answer = Caller(self.source).post("b%C3%A4r%2Fbaz", {"data": "hello"})
        self.assertEqual(answer.status, 201)
        self.assertEqual(self.caller.answer().data(), ["hello"])

    def test_bad_parameters(self) -> None:
        """Each wrong parameter is refused by its name."""
        for query, code, message in (
            (
                "v=1.1",
                40003,
                "channels: name the channels to subscribe to (or channel=NAME)",
            ),
            ("channel=", 40010, "channels: a channel name is empty"),
            ("channel=a,,b", 40010, "channels: a channel name is empty"),
            ("channel=%FF", 40003, "channel: must be UTF-8"),
            (
                "channel=" + ",".join(["a"] * 51),
                40003,
                "channels: more than 50 are named",
            ),
            ("channel=a&separator=", 40003, "separator: must not be empty"),
            ("channel=a&v=", 40003, "v: must be a version such as 1.1"),
            ("channel=a&v=one", 40003, "v: must be a version such as 1.1"),
            (
                "channel=a&rewind=-1",
                40003,
                "rewind: must be a whole number from 0 to 100",
            ),
            (
                "channel=a&rewind=101",
                40003,
                "rewind: must be a whole number from 0 to 100",
            ),
            (
                "channel=a&rewind=2m",
                40003,
                "rewind: must be a whole number from 0 to 100",
            ),
            ("channel=a&enveloped=no", 40003, "enveloped: must be true or false"),
            ("channel=a&heartbeats=true", 40003, "heartbeats: must be false"),
            (
                "channel=a&accessToken=x",
                40003,
                "accessToken: tokens are not supported, use a key",
            ),
            ("channel=a&delta=vcdiff", 40003, "delta: deltas are not supported"),
            (
                "channel=a" + "&a=1" * 100,
                40000,
                "the query holds more than 100 parameters",
            ),
        ):
            answer = Caller(self.source).stream(query)
            self.assert_error(answer, 400, code, message)
        self.assertEqual(self.source.streams, 0)

    def test_head_opens_no_stream(self) -> None:
        """HEAD answers with the head alone, and checks as much as GET."""
        answer = self.caller.call("HEAD", "/sse?channel=a&v=1.1")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.header("Content-Type"), "text/event-stream")
        self.assertEqual(self.source.streams, 0)
        self.assertEqual(self.caller.call("HEAD", "/sse").status, 400)
        answer = self.caller.call("HEAD", "/sse?channel=a", key=None)
        self.assertEqual((answer.status, answer.body), (401, b""))

    def test_http_1_0_client(self) -> None:
        """An old client gets the events without chunks."""
        self.caller.call("GET", MESSAGES)
        protocol = Caller(self.source)
        raw = b"GET /sse?channel=a&key=demo:relay HTTP/1.0\r\n\r\n"
        protocol.send(raw)
        self.source.publish("a", None, "hello")
        answer = protocol.answer()
        self.assertIsNone(answer.header("Transfer-Encoding"))
        self.assertEqual(answer.data(), ["hello"])


class PublishTests(SiteTests):
    """``POST`` of messages."""

    def test_one_message(self) -> None:
        """The answer has the ids that the subscribers see."""
        reader = Caller(self.source)
        reader.stream("channel=a")
        answer = self.caller.post("a", {"name": "n", "data": "d"})
        self.assertEqual(answer.status, 201)
        (message,) = reader.answer().messages()
        self.assertEqual(
            answer.json(),
            {
                "channel": "a",
                "messageId": message["id"].removesuffix(":0"),
                "ids": [message["id"]],
            },
        )

    def test_several_messages(self) -> None:
        """An array publishes in its order, under one message id."""
        reader = Caller(self.source)
        reader.stream("channel=a")
        answer = self.caller.post("a", [{"data": "1"}, {"data": {"two": 2}}])
        ids = [message["id"] for message in reader.answer().messages()]
        self.assertEqual(answer.json()["ids"], ids)
        self.assertEqual(reader.answer().data(), ["1", '{"two":2}'])

    def test_form(self) -> None:
        """A form publishes too."""
        content_type = "application/x-www-form-urlencoded"
        answer = self.caller.call(
            "POST", MESSAGES, b"name=n&data=d", headers={"Content-Type": content_type}
        )
        self.assertEqual(answer.status, 201)
        (message,) = self.caller.call("GET", MESSAGES).json()
        self.assertEqual((message["name"], message["data"]), ("n", "d"))

    def test_refused_body(self) -> None:
        """A refusal reaches the publisher in the envelope and publishes nothing."""
        answer = self.caller.post("a", [{"data": "1"}, {"data": 2}])
        message = "[1].data: must be a string, an object or an array"
        self.assert_error(answer, 400, 40013, message)
        self.assertEqual(self.caller.call("GET", MESSAGES).json(), [])

    def test_media_type(self) -> None:
        """A body that is neither JSON nor a form is a 415."""
        answer = self.caller.call("POST", MESSAGES, b"hello")
        self.assert_error(answer, 415, 40000)

    def test_longest_body(self) -> None:
        """64 KiB are taken; a byte more is 413, declared or chunked."""
        frame = len(b'{"data":""}')
        self.assertEqual(
            self.caller.post("a", {"data": "x" * (MAX_BODY_BYTES - frame - 1)}).status,
            201,
        )
        body = b'{"data":"%s"}' % (b"x" * (MAX_BODY_BYTES - frame + 1))
        message = f"the body is longer than {MAX_BODY_BYTES} bytes"
        self.assert_error(self.caller.post("a", body), 413, 40009, message)
        chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        self.caller.transport.clear()
        self.caller.send(
            b"POST /channels/a/messages?key=demo:relay HTTP/1.1\r\nHost: a\r\n"
            b"Content-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + chunk
        )
        self.assert_error(self.caller.answer(), 413, 40009, message)

    def test_bad_channel_names(self) -> None:
        """A channel in the path needs a name of valid UTF-8."""
        self.assert_error(
            self.caller.post("", {}),
            400,
            40010,
            "channel: the name in the path is empty",
        )
        self.assert_error(
            self.caller.post("%FF", {}),
            400,
            40010,
            "channel: the name in the path must be UTF-8",
        )


class HistoryTests(SiteTests):
    """``GET`` of messages."""

    def setUp(self) -> None:
        super().setUp()
        for number in range(1, 4):
            self.source.publish("a", None, str(number))
        self.source.publish("b", None, "other")

    def data(self, query: str = "") -> list[str]:
        """The payloads of a history."""
        answer = self.caller.call("GET", MESSAGES + query)
        self.assertEqual(answer.status, 200)
        return [message["data"] for message in answer.json()]

    def test_newest_first(self) -> None:
        """The history of one channel begins with its latest message."""
        self.assertEqual(self.data(), ["3", "2", "1"])

    def test_limit_and_direction(self) -> None:
        """The history is read from both ends."""
        self.assertEqual(self.data("?limit=2"), ["3", "2"])
        self.assertEqual(self.data("?limit=2&direction=forwards"), ["1", "2"])
        self.assertEqual(self.data("?direction=backwards"), ["3", "2", "1"])

    def test_bad_parameters(self) -> None:
        """Each wrong parameter is refused by its name."""
        for query, message in (
            ("limit=0", "limit: must be a whole number from 1 to 1000"),
            ("limit=1001", "limit: must be a whole number from 1 to 1000"),
            ("limit=", "limit: must be a whole number from 1 to 1000"),
            ("direction=up", "direction: must be backwards or forwards"),
            ("start=1", "start: intervals are not supported, use limit"),
            ("end=1", "end: intervals are not supported, use limit"),
        ):
            answer = self.caller.call("GET", f"{MESSAGES}?{query}")
            self.assert_error(answer, 400, 40003, message)

    def test_head(self) -> None:
        """HEAD has the length of what GET would bring."""
        length = self.caller.call("GET", MESSAGES).header("Content-Length")
        answer = self.caller.call("HEAD", MESSAGES)
        self.assertEqual(answer.header("Content-Length"), length)
        self.assertEqual(answer.body, b"")


class RoutingTests(SiteTests):
    """Paths, methods and cross-origin requests."""

    def test_nothing_there(self) -> None:
        """Any other path is a 404 that names the path."""
        for path in (
            "/",
            "/sse/",
            "//sse",
            "/sse/a",
            "/channels/a",
            "/channels/a/b/messages",
            "/CHANNELS/a/messages",
        ):
            answer = self.caller.call("GET", path)
            self.assert_error(answer, 404, 40400, f"there is nothing at {path}")

    def test_method_not_allowed(self) -> None:
        """405 names the methods that are."""
        answer = self.caller.call("POST", "/sse?channel=a")
        self.assert_error(answer, 405, 40500, "POST is not allowed here")
        self.assertEqual(answer.header("Allow"), "GET, HEAD, OPTIONS")
        answer = self.caller.call("DELETE", MESSAGES)
        self.assert_error(answer, 405, 40500)
        self.assertEqual(answer.header("Allow"), "GET, HEAD, POST, OPTIONS")

    def test_preflight(self) -> None:
        """A browser may ask from anywhere, and needs no credentials to ask."""
        for path in ("/sse?channel=a", MESSAGES):
            answer = self.caller.call(
                "OPTIONS",
                path,
                key=None,
                headers={
                    "Origin": "http://app.example",
                    "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "authorization",
                },
            )
            self.assertEqual((answer.status, answer.body), (204, b""))
            self.assertEqual(answer.header("Access-Control-Allow-Origin"), "*")
            allowed = answer.header("Access-Control-Allow-Headers") or ""
            for name in ("Authorization", "Content-Type", "Last-Event-ID"):
                self.assertIn(name, allowed)
            self.assertIn("POST", answer.header("Access-Control-Allow-Methods") or "")
            # With it a foreign page could use the password a browser remembers.
            self.assertIsNone(answer.header("Access-Control-Allow-Credentials"))

    def test_errors_can_be_read_across_origins(self) -> None:
        """A page learns why it was refused."""
        answer = self.caller.call("GET", "/sse", key=None)
        self.assertEqual(answer.header("Access-Control-Allow-Origin"), "*")
