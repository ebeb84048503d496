"""Tests of :mod:`relay.dialects.texts`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.draft import Draft
from relay.dialects.texts import decode_draft, decoded
from relay.dialects.v4_members import read_api
from tests.dialects.bodies import api, flow, step


def _read(**members: Any) -> Draft:
    return read_api(api(**members), "spec", "v4-flat")


def _told(draft: Draft) -> list[tuple[str, str]]:
    return [(one.path, one.severity) for one in draft.findings]


class ConfigurationTests(SynchronousTestCase):
    """Configurations that are texts."""

    def test_texts(self) -> None:
        """A text is replaced by what it encodes."""
        draft = _read(flows=[flow({"policy": "latency", "configuration": '{"a": 1}'})])
        self.assertEqual(
            draft.body["flows"][0]["request"][0]["configuration"], {"a": 1}
        )

    def test_broken_text(self) -> None:
        """The line is the one of the text."""
        broken = {"policy": "latency", "configuration": '{\n"a": 1,,\n}'}
        (found,) = _read(flows=[flow(broken)]).findings
        self.assertEqual(found.path, "spec.flows[0].request[0].configuration")
        self.assertEqual((found.severity, found.line), ("severe", 2))

    def test_ambiguous_texts(self) -> None:
        """What parsers read in different ways is refused."""
        for text in ('{"a": 1, "a": 2}', "[NaN]", "[" * 60 + "]" * 60, '"\\u0000"'):
            with self.assertRaises(ValueError):
                decoded(text)
        twice = {"policy": "latency", "configuration": '{"a": 1, "a": 2}'}
        self.assertEqual(_told(_read(flows=[flow(twice)]))[0][1], "severe")

    def test_drafts(self) -> None:
        """Texts of a draft are decoded, and told at their places."""
        broken = step()
        broken["configuration"] = "{"
        text = {**step(), "configuration": '{"a": 1}'}
        draft = Draft("api", "v2-snake", {"flows": [flow(text, broken)]})
        draft.origins.put("flows[0].request", "flows[0].pre")
        decode_draft(draft)
        steps = draft.body["flows"][0]["request"]
        self.assertEqual([one["configuration"] for one in steps], [{"a": 1}, {}])
        self.assertEqual(_told(draft), [("flows[0].pre[1].configuration", "severe")])
