"""Flight records in sentences."""

from __future__ import annotations

import re

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.streams.telling import MARKS, OUTCOMES, advice, ending, sentence
from relay.model.marks import Mark
from relay.model.outcome import Outcome
from tests.repo.tree import ROOT

_NEEDS_NOTHING = {Outcome.COMPLETED, Outcome.CLIENT_GONE, Outcome.SOURCE_ENDED}


class TellingTests(SynchronousTestCase):
    """Marks, ends and what to do."""

    def test_every_mark_and_outcome(self) -> None:
        """The sentences are complete, and name the documented details only."""
        self.assertEqual(set(MARKS), {mark.value for mark in Mark})
        self.assertEqual(set(OUTCOMES), {outcome.value for outcome in Outcome})
        page = (ROOT / "docs" / "operations" / "flight-records.md").read_text()
        for mark, template in MARKS.items():
            found = re.search(rf"(?m)^\| `{mark}` \|([^|]*)\|", page)
            assert found is not None, mark
            documented = set(re.findall(r"`(\w+)`", found[1])) | {"application"}
            self.assertLessEqual(set(re.findall(r"{(\w+)}", template)), documented)

    def test_sentences(self) -> None:
        """Details are part of them; one that is missing does not fail."""
        for moment, expected in (
            (
                {
                    "mark": "source_lost",
                    "detail": {"endpoint": "a", "reason": "the stream broke off"},
                },
                "The connection to the source a was lost: the stream broke off. The "
                "client kept its stream.",
            ),
            (
                {"mark": "admitted", "detail": {"planId": "p"}},
                "The plan Gold admitted the client of the application shop.",
            ),
            (
                {"mark": "admitted", "detail": {"planId": "another"}},
                "The plan another admitted the client of the application shop.",
            ),
            (
                {
                    "mark": "source_connected",
                    "detail": {"endpoint": "a", "url": "https://b.example/c?key=hush"},
                },
                "The channel was connected to its source a at https://b.example/c.",
            ),
            (
                {"mark": "connecting", "detail": {"host": "h", "port": 1, "tls": True}},
                "A connection to h:1 was begun over TLS.",
            ),
            (
                {
                    "mark": "ended",
                    "detail": {
                        "outcome": "idle_timeout",
                        "errorKey": "E",
                        "clock": "idleTimeout",
                    },
                },
                "The exchange ended: the source was silent for too long "
                "(idle_timeout); error key E; the clock that fired is idleTimeout.",
            ),
            (
                {"mark": "head"},
                "The client was sent the head of the response, with status ?.",
            ),
            ({"mark": "new", "detail": {"a": 1}}, "new: a 1"),
        ):
            plan = {"id": "p", "name": "Gold"}
            self.assertEqual(sentence(moment, "shop", plan), expected)

    def test_ends(self) -> None:
        """The outcome, the error key and the clock are named."""
        self.assertEqual(ending({"requestEnded": False}), "The exchange goes on.")
        self.assertEqual(
            ending(
                {
                    "requestEnded": True,
                    "outcome": "read_timeout",
                    "errorKey": "K",
                    "clock": "readTimeout",
                    "status": 504,
                }
            ),
            "It ended because the endpoint sent no response head in time (outcome "
            "read_timeout, error key K, clock readTimeout, status 504).",
        )

    def test_advice(self) -> None:
        """The error key is more precise than the clock, and this than the outcome."""
        for outcome in Outcome:
            found = advice({"outcome": outcome.value})
            self.assertEqual(found is None, outcome in _NEEDS_NOTHING, outcome)
        end = {"outcome": "upstream_gone", "clock": "idleTimeout"}
        by_key = advice({**end, "errorKey": "NO_ENDPOINT_FOUND"})
        self.assertEqual(by_key, "Look at the health checks of the API.")
        self.assertIn("idleTimeout", str(advice(end)))
        failed = advice({"outcome": "completed", "status": 500})
        self.assertIn("answered with 500", str(failed))
