"""Tests of :mod:`relay.dialects.writing.yaml_text`."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.document import read_documents
from relay.dialects.writing.yaml_text import write_yaml
from tests.dialects.definitions import numbers_as_text, texts

scalars = (
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | texts | numbers_as_text
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(texts.filter(bool), inner, max_size=3)
    ),
    max_leaves=8,
)


class YamlTests(SynchronousTestCase):
    """Texts are what they were, for readers of YAML 1.1 and 1.2."""

    @settings(max_examples=150, deadline=None)
    @given(st.dictionaries(texts.filter(bool), values, min_size=1, max_size=3))
    def test_same(self, value: dict[str, Any]) -> None:
        """A value of any shape."""
        text = write_yaml(value)
        (document,) = read_documents(text.encode())
        self.assertEqual(document.value, value)
        self.assertEqual(yaml.safe_load(text), value)

    def test_readable(self) -> None:
        """Plain texts have no quotes, lines are lines, nothing is an alias."""
        steps = [{"policy": "mock"}]
        text = write_yaml({"name": "Trams 1", "text": "a\nb\n", "x": steps, "z": steps})
        self.assertEqual(
            text,
            "name: Trams 1\ntext: |\n  a\n  b\nx:\n  - policy: mock\n"
            "z:\n  - policy: mock\n",
        )
