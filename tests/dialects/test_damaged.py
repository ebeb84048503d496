"""Definitions in which something has another shape are read or refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.dialects import read
from relay.dialects.checking import check
from relay.dialects.document import read_documents
from relay.dialects.finding import Refused
from tests.dialects.vectors import vectors
from tests.installed import CATALOG

JUNK: tuple[Any, ...] = (
    *(None, 1, -1, 1.5, True, "", "x", "{", '{"a": 1}', 10**30),
    *([], {}, [1], [None], [[]], [{}], {"a": 1}, {"type": {}}, {"name": None}),
)


def _documents() -> list[Any]:
    found = []
    for vector in vectors().values():
        try:
            found += [one.value for one in read_documents(vector.content)]
        except Refused:
            continue
    return [one for one in found if len(str(one)) < 10_000]


def _holders(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _holders(value[key])


DOCUMENTS = _documents()


class DamagedTests(SynchronousTestCase):
    """A file has any shape."""

    @settings(max_examples=120, deadline=None)
    @given(st.sampled_from(DOCUMENTS), st.data())
    def test_any_shape(self, document: Any, data: st.DataObject) -> None:
        """It is read, or refused with places that can be waived."""
        document = deepcopy(document)
        for _ in range(data.draw(st.integers(1, 2))):
            holder, key = data.draw(st.sampled_from(list(_holders(document))))
            holder[key] = deepcopy(data.draw(st.sampled_from(JUNK)))
        try:
            drafts = read(json.dumps(document).encode())
        except Refused:
            return
        for draft in drafts:
            if draft.kind != "api":
                continue
            try:
                check(draft, CATALOG)
            except Refused as refused:
                severe = [one for one in refused.findings if one.severity == "severe"]
                self.assertNotEqual(severe, [])
                self._waive(draft, {one.path for one in severe})

    def _waive(self, draft: Any, paths: set[str]) -> None:
        try:
            checked = check(draft, CATALOG, paths)
        except Refused as refused:
            self.assertIn("severe", {one.severity for one in refused.findings})
        else:
            self.assertEqual({one.severity for one in checked.findings}, {"warning"})
