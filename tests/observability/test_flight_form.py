"""The flight record of an exchange, as it is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.model.marks import FIELDS, Mark, Moment
from relay.model.outcome import Outcome
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.flight_form import (
    MOST_TIMELINE_BYTES,
    Flight,
    encode_timeline,
    flight_record,
)
from relay.observability.timeline import MOST_MOMENTS, Timeline

MOST_BYTES = 5 * 1024
NOTHING = Transferred(0, 0, 0)

TEXT = st.text(max_size=400)
MOMENTS = st.lists(
    st.sampled_from(list(Mark)).flatmap(
        lambda mark: st.builds(
            Moment,
            st.floats(0, 1e6),
            st.just(mark),
            st.tuples(
                *[st.one_of(st.none(), st.integers(0, 1 << 40), TEXT)]
                * len(FIELDS[mark])
            ),
        )
    ),
    max_size=MOST_MOMENTS,
)


def record(**members: Any) -> AccessRecord:
    """Return the facts of one exchange."""
    bare = AccessRecord("GET", "relay", "/path", "192.0.2.1", "192.0.2.1")
    return replace(bare, begun_s=1.0, begun_ms=5000, api_id="api", **members)


class FormTests(SynchronousTestCase):
    """What is kept of an exchange."""

    def test_members(self) -> None:
        """The facts, the time of the endpoint, and the timeline from its beginning."""
        clock = Clock()
        clock.advance(1)
        timeline = Timeline(clock.seconds)
        for after_s, mark, values in (
            (0.0, Mark.CONNECTING, ("one", "source", 80, None)),
            (0.5, Mark.CONNECTED, ("one", "192.0.2.7:80", None, "new")),
            (1.5, Mark.ANSWERED, ("one", 200)),
        ):
            clock.advance(after_s)
            timeline.note(mark, *values)
        facts = record(outcome=Outcome.COMPLETED, query="a=1", timeline=timeline)
        flight = Flight(facts, timeline.moments, Transferred(1, 2, 3), True, 4)
        made = flight_record(flight, "gateway", 9000, False)
        self.assertEqual(
            (made.at_ms, made.updated_ms, made.ended, made.weight, made.gateway),
            (5000, 9000, True, 4, "gateway"),
        )
        self.assertEqual((made.bytes_in, made.bytes_out, made.events), (1, 2, 3))
        self.assertEqual(made.endpoint_ms, 2000)
        self.assertIsNone(made.query)
        self.assertEqual(flight_record(flight, "", 0, True).query, "a=1")
        self.assertEqual(
            json.loads(made.timeline),
            [
                0,
                [0, "connecting", "one", "source", 80, None],
                [500, "connected", "one", "192.0.2.7:80", None, "new"],
                [2000, "answered", "one", 200],
            ],
        )

    def test_a_kept_connection(self) -> None:
        """The endpoint is waited for from when the connection is taken."""
        moments = [
            Moment(1.0, Mark.CONNECTED, ("one", None, None, "kept")),
            Moment(1.25, Mark.ANSWERED, ("one", 200)),
        ]
        made = flight_record(Flight(record(), moments, NOTHING, True, 1), "", 0, False)
        self.assertEqual(made.endpoint_ms, 250)

    def test_a_long_timeline(self) -> None:
        """Its beginning and its end are kept."""
        moments = [
            Moment(float(number), Mark.CHALLENGED, (f"{number} " + "x" * 150,))
            for number in range(60)
        ]
        text, _ = encode_timeline(moments, 7, 0.0)
        self.assertLessEqual(len(text), MOST_TIMELINE_BYTES)
        dropped, *kept = json.loads(text)
        times = [one[0] // 1000 for one in kept]
        self.assertEqual((times[0], times[-1]), (0, 59))
        self.assertEqual(dropped, 7 + 60 - len(times))
        self.assertGreater(len(times), 10)

    @given(MOMENTS, TEXT.map(lambda text: text * 20))
    def test_no_record_is_large(self, moments: list[Moment], text: str) -> None:
        """No text of a client and no moment makes it larger."""
        facts = record(
            path=text,
            query=text,
            host=text,
            method=text,
            transaction_id=text,
            remote_address=text,
            endpoint=text,
            subscription_id=text,
            error_key=text,
        )
        made = flight_record(Flight(facts, moments, NOTHING, True, 1), "g", 0, True)
        self.assertLessEqual(len(made.timeline), MOST_TIMELINE_BYTES)
        size = sum(len(one) for one in made if isinstance(one, str))
        self.assertLessEqual(size, MOST_BYTES)
        dropped, *kept = json.loads(made.timeline)
        self.assertEqual(dropped + len(kept), len(moments))
