"""A client that follows its cursor misses no event, or receives a gap."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.channel import ids
from relay.channel.entry import GapReason
from relay.channel.key import ChannelKey
from relay.channel.message import Message
from relay.connectors import http_get_entrypoint as module
from relay.connectors.http_get_entrypoint import http_get_entrypoint
from relay.model.outcome import Outcome
from tests.channel.readers import messages
from tests.connectors.desk import Api, Desk

MINT = ids.Mint(None, "", ChannelKey(b"/news", (), ()).digest)
SOURCE_PLACE = MINT.make(ids.new_epoch(), 7, "s1")
"""What a client holds from an earlier process, of an event that its source named."""


def data(desk: Desk) -> list[str]:
    """Return the data of the items of an answer."""
    return [item["data"] for item in desk.json["items"]]


class PollTests(SynchronousTestCase):
    """Answers that are there at once."""

    def setUp(self) -> None:
        """Make an API of topics."""
        self.api = Api(http_get_entrypoint)

    def cursor(self) -> str:
        """Return a cursor at the next entry."""
        cursor: str = self.api.call().json["cursor"]
        return cursor

    def test_without_a_cursor_it_begins_now(self) -> None:
        """History is for those who ask for it."""
        self.cursor()
        self.api.channel.publish(messages("old"))
        first = self.api.call()
        self.assertEqual((first.status, data(first)), (200, []))
        self.api.channel.publish(messages("new"))
        self.assertEqual(data(self.api.call(f"cursor={first.json['cursor']}")), ["new"])

    def test_a_topic_in_other_letters(self) -> None:
        """Escaped or not, it is the same topic."""
        cursor = self.cursor()
        self.api.channel.publish(messages("a"))
        page = self.api.call(f"cursor={cursor}", path=b"/n%65ws")
        self.assertEqual(data(page), ["a"])

    def test_every_page_is_followed_by_the_next(self) -> None:
        """Each event comes once and in order, for every limit."""
        start = self.cursor()
        texts = [str(number) for number in range(7)]
        self.api.channel.publish(messages(*texts))
        for limit in range(1, 9):
            cursor, seen = start, []
            while page := self.api.call(f"cursor={cursor}&limit={limit}").json:
                if not page["items"]:
                    break
                self.assertLessEqual(len(page["items"]), limit)
                seen += [item["data"] for item in page["items"]]
                cursor = page["cursor"]
            self.assertEqual(seen, texts)

    def test_a_history_that_takes_several_turns(self) -> None:
        """The answer waits for as much of it as was asked for."""
        start = self.cursor()
        clock = self.api.clock

        def seconds() -> float:
            clock.rightNow += 0.002
            return clock.rightNow

        self.patch(clock, "seconds", seconds)
        texts = [f"{number:060000}" for number in range(6)]
        self.api.channel.publish(messages(*texts))
        for limit, expected in ((6, texts), (4, texts[:4])):
            page = self.api.call(f"cursor={start}&limit={limit}")
            for _ in range(10):
                clock.advance(0)
            self.assertEqual(data(page), expected)

    def test_a_gap_is_told_in_its_place(self) -> None:
        """Behind a page that ended before it, and not before."""
        cursor = self.cursor()
        self.api.channel.publish(messages("a", "b"))
        self.api.channel.gap(GapReason.UPSTREAM_RECONNECT)
        self.api.channel.publish(messages("c"))
        first = self.api.call(f"cursor={cursor}&limit=1")
        self.assertNotIn("gaps", first.json)
        second = self.api.call(f"cursor={first.json['cursor']}&limit=1")
        self.assertEqual((data(second), "gaps" in second.json), (["b"], False))
        third = self.api.call(f"cursor={second.json['cursor']}&limit=1")
        self.assertEqual(third.json["gaps"][0]["reason"], "upstream_reconnect")
        self.assertEqual(third.json["gaps"][0]["after"], second.json["items"][0]["id"])
        self.assertEqual(third.headers.getRawHeaders("relay-replay"), ["gap"])
        self.assertEqual(data(third), ["c"])

    def test_every_gap_is_told(self) -> None:
        """Each gap names the event before it."""
        cursor = self.cursor()
        for text in ("a", "b"):
            self.api.channel.publish(messages(text))
            self.api.channel.gap(GapReason.UPSTREAM_RECONNECT)
        answer = self.api.call(f"cursor={cursor}").json
        after = [gap["after"] for gap in answer["gaps"]]
        self.assertEqual(after, [item["id"] for item in answer["items"]])

    def test_an_evicted_place(self) -> None:
        """
        A place that has left the history is a gap, followed by the events that are
        kept.
        """
        api = Api(http_get_entrypoint, channel={"history": {"maxEvents": 2}})
        cursor = api.call().json["cursor"]
        api.channel.publish(messages("a", "b", "c"))
        late = api.call(f"cursor={cursor}")
        self.assertEqual(late.json["gaps"][0], {"reason": "evicted", "after": cursor})
        self.assertEqual(data(late), ["b", "c"])

    def test_an_unknown_cursor(self) -> None:
        """
        An unknown cursor continues at the oldest event or at the end, as configured.
        """
        for rule, expected in (("oldest", ["a"]), ("live", [])):
            api = Api(http_get_entrypoint, channel={"onUnknownId": rule})
            api.call()
            api.channel.publish(messages("a"))
            lost = api.call("cursor=nonsense")
            self.assertEqual(data(lost), expected)
            self.assertEqual(
                lost.json["gaps"][0], {"reason": "unknown_id", "after": "nonsense"}
            )

    def test_headers_and_metadata(self) -> None:
        """The items have headers and metadata only if the options are set."""
        message = Message("x", headers={"a": "1"}, metadata={"b": "2"})
        wanted: dict[str, Any] = {"headersInPayload": True, "metadataInPayload": True}
        for options in ({}, wanted):
            api = Api(http_get_entrypoint, options)
            cursor = api.call().json["cursor"]
            api.channel.publish([message])
            (item,) = api.call(f"cursor={cursor}").json["items"]
            self.assertEqual(item.get("headers"), {"a": "1"} if options else None)
            self.assertEqual(item.get("metadata"), {"b": "2"} if options else None)

    def test_bad_parameters_are_named(self) -> None:
        """The error names the parameter and its range."""
        for query, problem in (
            ("limit=0", "limit must be a whole number from 1 to 500"),
            ("limit=501", "limit must be a whole number from 1 to 500"),
            ("waitMs=30001", "waitMs must be a whole number from 0 to 30000"),
            ("waitMs=-1", "waitMs must be a whole number from 0 to 30000"),
            ("filter=a", "filter is not allowed by this API"),
            ("cursor=" + "x" * 5000, "cursor is longer than 4096 characters"),
        ):
            desk = self.api.call(query)
            assert desk.refusal is not None
            self.assertEqual((desk.status, desk.refusal.message), (400, problem))


class LongPollTests(SynchronousTestCase):
    """Answers that are waited for."""

    def setUp(self) -> None:
        """Make an API of topics."""
        self.api = Api(http_get_entrypoint)

    def test_it_waits_for_the_first_event(self) -> None:
        """Events that are published together are answered together."""
        desk = self.api.call("waitMs=1000")
        self.assertEqual(self.api.channel.subscribers, 1)
        self.api.channel.publish(messages("a", "b"))
        self.api.clock.advance(0)
        self.assertEqual((data(desk), desk.outcome), (["a", "b"], Outcome.COMPLETED))
        self.assertEqual(self.api.channel.subscribers, 0)

    def test_it_waits_no_longer_than_it_was_told(self) -> None:
        """After ``waitMs`` the response is empty, and its cursor continues there."""
        desk = self.api.call("waitMs=1000")
        self.api.clock.advance(0.999)
        self.assertFalse(desk.over)
        self.api.clock.advance(0.001)
        self.assertEqual(data(desk), [])
        self.api.channel.publish(messages("a"))
        again = self.api.call(f"cursor={desk.json['cursor']}&waitMs=1000")
        self.assertEqual(data(again), ["a"])

    def test_a_client_that_leaves(self) -> None:
        """Frees its subscription and its clock."""
        desk = self.api.call("waitMs=1000")
        desk.end(Outcome.CLIENT_GONE)
        self.assertEqual(self.api.channel.subscribers, 0)
        self.api.clock.advance(2)
        self.assertEqual(desk.written, b"")

    def test_more_than_the_limit_at_once(self) -> None:
        """The rest is for the next call."""
        desk = self.api.call("waitMs=1000&limit=2")
        self.api.channel.publish(messages("a", "b", "c"))
        self.api.clock.advance(0)
        self.assertEqual(data(desk), ["a", "b"])
        rest = self.api.call(f"cursor={desk.json['cursor']}")
        self.assertEqual(data(rest), ["c"])


class GraviteeTests(SynchronousTestCase):
    """Answers for clients of Gravitee."""

    def make(self, **options: Any) -> None:
        """Make an API whose answers have at most three events."""
        limits = {"messagesLimitCount": 3, "messagesLimitDurationMs": 2000}
        self.api = Api(
            http_get_entrypoint, {"compatibility": "gravitee"} | limits | options
        )

    def poll(self, query: str | None = None) -> Desk:
        """Call for JSON."""
        return self.api.call(query, accept="application/json")

    def test_a_call_waits_until_it_has_all_of_its_events(self) -> None:
        """Without parameters a call waits for the configured number of events."""
        self.make()
        desk = self.poll()
        self.api.channel.publish(messages("a", "b"))
        self.api.clock.advance(1.9)
        self.assertFalse(desk.over)
        self.api.channel.publish(messages("c", "d"))
        self.api.clock.advance(0)
        items = desk.json["items"]
        self.assertEqual([item["content"] for item in items], ["a", "b", "c"])
        self.assertEqual([sorted(item) for item in items], [["content", "id"]] * 3)
        self.assertEqual(desk.json["pagination"], {"nextCursor": items[-1]["id"]})

    def test_a_call_ends_with_its_time(self) -> None:
        """After its time a call returns the events that it has, and a cursor."""
        self.make()
        empty = self.poll()
        self.api.clock.advance(2)
        self.assertEqual((empty.status, empty.json["items"]), (200, []))
        cursor = empty.json["pagination"]["nextCursor"]
        self.api.channel.publish(messages("a"))
        desk = self.poll(f"cursor={cursor}&limit=9")
        self.assertFalse(desk.over)
        self.api.clock.advance(2)
        self.assertEqual([one["content"] for one in desk.json["items"]], ["a"])
        pagination = desk.json["pagination"]
        self.assertEqual((pagination["cursor"], pagination["limit"]), (cursor, "9"))
        self.assertEqual(self.api.channel.subscribers, 0)

    def test_a_limit_of_the_client(self) -> None:
        """A higher one than the API's is lowered to it."""
        self.make()
        for limit, expected in ((2, ["a", "b"]), (50, ["a", "b", "c"])):
            desk = self.poll(f"limit={limit}")
            self.api.channel.publish(messages("a", "b", "c", "d"))
            self.api.clock.advance(0)
            self.assertEqual([one["content"] for one in desk.json["items"]], expected)

    def test_headers_are_lists(self) -> None:
        """Values of headers are lists, and values of metadata are texts."""
        self.make(headersInPayload=True, metadataInPayload=True)
        desk = self.poll("limit=1")
        message = Message("x", headers={"a": "1"}, metadata={"b": "2"})
        self.api.channel.publish([message])
        self.api.clock.advance(0)
        (item,) = desk.json["items"]
        self.assertEqual(
            (item["headers"], item["metadata"]),
            (
                {"a": ["1"]},
                {"sourceTimestamp": self.api.moment.wall_ms(), "b": "2"},
            ),
        )

    def test_what_is_collected_is_bounded(self) -> None:
        """A call with much data is answered early, and the next goes on."""
        self.patch(module, "MOST_COLLECTED_BYTES", 1000)
        self.make()
        desk = self.poll()
        self.api.channel.publish(messages("a" * 1000, "b"))
        self.api.clock.advance(0)
        self.assertEqual([len(one["content"]) for one in desk.json["items"]], [1000])
        cursor = desk.json["pagination"]["nextCursor"]
        rest = self.poll(f"cursor={cursor}&limit=1")
        self.assertEqual([one["content"] for one in rest.json["items"]], ["b"])

    def test_a_gap_is_told(self) -> None:
        """A gap is a member of the response, as in the default form."""
        self.make()
        desk = self.poll("cursor=nonsense")
        self.api.clock.advance(2)
        self.assertEqual(desk.json["gaps"][0]["reason"], "unknown_id")
        self.assertEqual(desk.headers.getRawHeaders("relay-replay"), ["gap"])

    def test_the_ids_of_the_source(self) -> None:
        """The ids of the source are those of the items, and are cursors."""
        self.make()
        desk = self.poll()
        self.api.channel.publish(messages("7", "8", "9", "10", source_ids=True))
        self.api.clock.advance(0)
        self.assertEqual([one["id"] for one in desk.json["items"]], ["7", "8", "9"])
        self.assertEqual(desk.json["pagination"], {"nextCursor": "9"})
        rest = self.poll("cursor=9&limit=1")
        self.assertEqual([one["id"] for one in rest.json["items"]], ["10"])
        self.assertEqual(
            rest.json["pagination"], {"cursor": "9", "nextCursor": "10", "limit": "1"}
        )

    def test_the_form_that_the_client_prefers(self) -> None:
        """``*/*`` is answered in JSON, and a missing ``Accept`` in text."""
        self.make()
        for accept, expected in (
            ("application/json", "application/json"),
            ("application/xml", "application/xml"),
            ("text/plain", "text/plain"),
            ("*/*", "application/json"),
            ("image/png, text/*;q=0.1", "text/plain"),
            ("application/xml;q=0.5, text/plain", "text/plain"),
            ("text/plain, application/json", "text/plain"),
            ([], "text/plain"),
        ):
            desk = self.api.call(accept=accept)
            self.api.clock.advance(2)
            found = desk.headers.getRawHeaders("content-type")
            self.assertEqual((desk.status, found), (200, [expected]), accept)
            head = self.api.call(accept=accept, method=b"HEAD")
            self.assertEqual(head.headers.getRawHeaders("content-type"), [expected])

    def test_a_source_that_has_ended(self) -> None:
        """Every call is answered at once with what there is, with nothing at last."""
        self.make()
        desk = self.poll()
        self.api.channel.publish(messages("a", "b"))
        self.api.channel.end()
        self.assertEqual([one["content"] for one in desk.json["items"]], ["a", "b"])
        cursor = desk.json["pagination"]["nextCursor"]
        last = self.poll(f"cursor={cursor}")
        self.assertEqual((last.status, last.json["items"]), (200, []))
        self.assertEqual(last.json["pagination"]["nextCursor"], cursor)

    def test_a_stopped_api(self) -> None:
        """The response of a stopped API ends early, with an error."""
        self.make()
        desk = self.poll()
        self.api.channel.publish(messages("a"))
        self.api.channels.close()
        self.assertEqual([one["content"] for one in desk.json["items"]], ["a"])
        error = {"id": "goaway", "content": "Stopping, please reconnect"}
        self.assertEqual(desk.json["error"], error)

    def test_how_long_a_call_waits_by_default(self) -> None:
        """Five seconds, as in Gravitee."""
        self.api = Api(http_get_entrypoint, {"compatibility": "gravitee"})
        desk = self.poll()
        self.api.clock.advance(4.9)
        self.assertFalse(desk.over)
        self.api.clock.advance(0.1)
        self.assertEqual(desk.status, 200)


class EndTests(SynchronousTestCase):
    """A source that has nothing more to give."""

    def test_what_is_left_and_then_the_end(self) -> None:
        """After the last events a call is a 204."""
        api = Api(http_get_entrypoint)
        cursor = api.call().json["cursor"]
        api.channel.publish(messages("a", "b"))
        api.channel.end()
        first = api.call(f"cursor={cursor}&limit=1&waitMs=1000")
        self.assertEqual((first.status, data(first)), (200, ["a"]))
        second = api.call(f"cursor={first.json['cursor']}&waitMs=1000")
        self.assertEqual((second.status, data(second)), (200, ["b"]))
        last = api.call(f"cursor={second.json['cursor']}&waitMs=1000")
        self.assertEqual((last.status, last.written), (204, b""))
        self.assertEqual(last.outcome, Outcome.SOURCE_ENDED)
        lost = api.call("cursor=nonsense")
        self.assertEqual((data(lost), "gaps" in lost.json), (["a", "b"], True))

    def test_an_end_while_somebody_waits(self) -> None:
        """A waiting call is answered without items, and the next one is a 204."""
        api = Api(http_get_entrypoint)
        desk = api.call("waitMs=1000")
        api.channel.end()
        self.assertEqual((desk.status, data(desk)), (200, []))
        self.assertEqual(api.call(f"cursor={desk.json['cursor']}").status, 204)


class ReturningTests(SynchronousTestCase):
    """Cursors of an earlier process, whose place the source may still show."""

    def setUp(self) -> None:
        """Open the upstream for another client, so that the place has to appear."""
        self.api = Api(http_get_entrypoint, published=False)
        self.other = self.api.call("waitMs=30000")

    def test_an_answer_while_the_place_is_awaited(self) -> None:
        """Moves nothing: the next call asks for the same place again."""
        early = self.api.call(f"cursor={SOURCE_PLACE}")
        self.assertEqual((data(early), early.json["cursor"]), ([], SOURCE_PLACE))
        self.api.channel.publish(messages("s0", "s1", "s2", source_ids=True))
        late = self.api.call(f"cursor={early.json['cursor']}")
        self.assertEqual((data(late), "gaps" in late.json), (["s2"], False))

    def test_all_that_follows_the_place_is_given(self) -> None:
        """All events after the place are returned, whatever their size."""
        desk = self.api.call(f"cursor={SOURCE_PLACE}&waitMs=4000")
        rest = [Message("x" * 50_000, id=f"s{number}") for number in range(2, 9)]
        self.api.channel.publish([Message("the last", id="s1"), *rest])
        self.api.clock.advance(0)
        self.assertEqual(data(desk), [message.data for message in rest])

    def test_a_place_that_does_not_appear(self) -> None:
        """
        A place that does not appear in time is a gap, followed by the events that came
        meanwhile.
        """
        desk = self.api.call(f"cursor={SOURCE_PLACE}&waitMs=30000")
        self.api.channel.publish(messages("a", "b", source_ids=True))
        self.api.clock.advance(0)
        self.assertFalse(desk.over)
        self.api.clock.advance(5)
        self.api.clock.advance(0)
        self.assertEqual(desk.json["gaps"][0]["reason"], "unknown_id")
        self.assertEqual(data(desk), ["a", "b"])
        after = self.api.call(f"cursor={desk.json['cursor']}")
        self.assertEqual((data(after), "gaps" in after.json), ([], False))
