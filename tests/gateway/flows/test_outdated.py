"""Tests of :mod:`relay.gateway.flows.outdated`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.flows.outdated import outdated


def found(text: str) -> list[str]:
    """Search one condition."""
    flow = {"selectors": [{"type": "CONDITION", "condition": text}]}
    return list(outdated({"flows": [flow]}, ()))


class OutdatedTests(SynchronousTestCase):
    """Comparisons with texts that the members no longer have."""

    def test_comparisons(self) -> None:
        """
        Comparisons are found on both sides, with every operator, and within larger
        expressions.
        """
        for text in (
            "{#request.contextPath == '/shop'}",
            "{('/shop' eq #request.contextPath)}",
            "{#request['contextPath'] != '/shop'}",
            "{#context.attributes['context-path'].equals('/shop')}",
            "{#request.method == 'GET' && !(#request.version == 'HTTP/1.1')}",
            "{#request.version ne 'http/2'}",
            "to {(#request.contextPath == '/a' ? 'a' : 'b')}",
        ):
            self.assertEqual(len(found(text)), 1, text)

    def test_others(self) -> None:
        """
        Comparisons that can hold, and texts that are no expression, are not reported.
        """
        for text in (
            "{#request.contextPath == '/shop/'}",
            "{#request.contextPath == #properties['path']}",
            "{#request.contextPath.startsWith('/shop')}",
            "{#request.version == 'HTTP_1_1'}",
            "{#api.version == 'HTTP/1'}",
            "{#request.path == '/shop'}",
            "{#request.contextPath == ",
            "contextPath == '/shop'",
        ):
            self.assertEqual(found(text), [], text)

    def test_places(self) -> None:
        """The place is that in the definition, or in a plan."""
        text = "{#request.version == 'HTTP/1.1'}"
        step = {"policy": "mock", "configuration": {"content": f"a {text}"}}
        plan: dict[str, Any] = {
            "name": "gold",
            "selectionRule": text,
            "flows": [{"response": [{"policy": "mock", "condition": text}]}],
        }
        definition = {"name": text, "flows": [{}, {"request": [step]}]}
        problem = (
            "#request.version is such as 'HTTP_1_1', and never equal to 'HTTP/1.1'"
        )
        self.assertEqual(
            list(outdated(definition, [plan, {"name": "open"}])),
            [
                f"flows[1].request[0].configuration.content: {problem}",
                f"plan gold: flows[0].response[0].condition: {problem}",
                f"plan gold: selectionRule: {problem}",
            ],
        )
