"""The filters of the list of streams."""

from __future__ import annotations

from relay.management.http.errors import BadRequest
from relay.observability.stream_facts import Phase
from tests.technical.streams.exchanges import StreamsCase, wanted


class FilterTests(StreamsCase):
    """What passes, and what is refused."""

    def passing(self, **parameters: str) -> list[str]:
        """Name the streams that pass a filter, in the order of their begin."""
        found = wanted(**parameters)
        return [
            one.record.request_id
            for one in self.live.all()
            if found.admits_record(one.record) and found.admits(self.streams.look(one))
        ]

    def refused(self, **parameters: str) -> str:
        """Parse a query that is refused; return the place of its mistake."""
        error = self.assertRaises(BadRequest, wanted, **parameters)
        place: str = error.issues[0].location
        self.assertIn(place, error.message)
        return place

    def test_texts(self) -> None:
        """A member of the record is one of the values."""
        self.begin("a", api_id="x", plan_id="p", subscription_id="s", endpoint="e")
        self.begin("b", api_id="y", application_id="q", entrypoint="sse", listener="l")
        self.begin("c")
        for parameters, names in (
            ({"apiIds": "x"}, ["a"]),
            ({"apiIds": "x,y"}, ["a", "b"]),
            ({"apiIds": "X"}, []),
            ({"planIds": "p"}, ["a"]),
            ({"applicationIds": "q"}, ["b"]),
            ({"subscriptionIds": "s"}, ["a"]),
            ({"endpoints": "e"}, ["a"]),
            ({"entrypoints": "sse"}, ["b"]),
            ({"listeners": "l,default"}, ["a", "b", "c"]),
            ({"ids": "c,a"}, ["a", "c"]),
            ({"apiIds": "x", "planIds": "q"}, []),
        ):
            self.assertEqual(self.passing(**parameters), names, parameters)

    def test_addresses(self) -> None:
        """Addresses and networks of both families; Unix sockets have none."""
        self.begin("four", remote_address="198.51.100.7")
        self.begin("six", remote_address="2001:db8::7")
        self.begin("unix", remote_address="")
        for text, names in (
            ("198.51.100.7", ["four"]),
            ("198.51.100.0/24", ["four"]),
            ("::ffff:198.51.100.0/120", ["four"]),
            ("2001:db8::/32", ["six"]),
            ("0.0.0.0/0,::/0", ["four", "six"]),
            ("203.0.113.0/24", []),
        ):
            self.assertEqual(self.passing(addresses=text), names, text)
        for text in ("198.51.100.7/24", "host", "198.51.100", "1.2.3.4/33"):
            self.assertEqual(self.refused(addresses=text), "addresses")

    def test_protocols_and_phases(self) -> None:
        """Each has a closed list of values."""
        self.begin("a", protocol="HTTP/2")
        self.begin("b").facts.phase = Phase.REQUEST
        self.assertEqual(self.passing(protocols="HTTP/2"), ["a"])
        self.assertEqual(self.passing(phases="request,response"), ["b"])
        self.assertEqual(self.refused(protocols="HTTP/3"), "protocols")
        self.assertEqual(self.refused(phases="open"), "phases")

    def test_numbers(self) -> None:
        """The bounds belong to the range."""
        old = self.begin("old")
        old.lags(5, 90, 700)
        self.clock.advance(2)
        new = self.begin("new")
        new.facts.unsent_bytes = 10
        self.clock.advance(2)
        new.sends(20, 400)
        for parameters, names in (
            ({"minAgeMs": "4000"}, ["old"]),
            ({"minAgeMs": "4000.5"}, []),
            ({"maxAgeMs": "2000"}, ["new"]),
            ({"minAgeMs": "0", "maxAgeMs": "9999"}, ["old", "new"]),
            ({"minEventsPerSecond": "10"}, ["new"]),
            ({"maxBytesPerSecond": "199"}, ["old"]),
            ({"minLagEvents": "5"}, ["old"]),
            ({"minLagMs": "701"}, []),
            ({"minLagBytes": "1", "maxLagBytes": "90"}, ["old"]),
            ({"minUnsentBytes": "10"}, ["new"]),
        ):
            self.assertEqual(self.passing(**parameters), names, parameters)
        for text in ("", "-1", "1e3", "one", "1.", "1" * 16):
            self.assertEqual(self.refused(minAgeMs=text), "minAgeMs")

    def test_states(self) -> None:
        """A state is asked for as present or absent."""
        self.begin("a").facts.paused = True
        self.begin("b").facts.challenged = True
        self.assertEqual(self.passing(paused="true"), ["a"])
        self.assertEqual(self.passing(paused="false", challenged="true"), ["b"])
        self.assertEqual(self.refused(paused="yes"), "paused")

    def test_a_filter_without_a_value_is_refused(self) -> None:
        """It would let every stream pass, and end every stream."""
        for name in ("apiIds", "ids", "addresses", "protocols", "paused", "minLagMs"):
            self.assertEqual(self.refused(**{name: ""}), name)
            self.assertEqual(self.refused(**{name: ","}), name)

    def test_unknown_names_are_refused(self) -> None:
        """A misspelt filter returns nothing."""
        self.assertEqual(self.refused(apiId="x"), "apiId")

    def test_the_empty_filter(self) -> None:
        """Every stream passes it."""
        self.begin("a")
        self.assertTrue(wanted().is_empty)
        self.assertEqual(self.passing(), ["a"])
        self.assertFalse(wanted(apiIds="x").is_empty)
        self.assertFalse(wanted(minAgeMs="0").is_empty)
