"""What is not shown of a document."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.model.secrets import MASK, Change, changes, masked

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["a", "name", "value", "password", "b/c~d"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


class MaskedTests(SynchronousTestCase):
    """Copies without secrets."""

    def test_members(self) -> None:
        """Members that hold secrets do, wherever they stand."""
        document = {
            "ssl": {
                "keyStore": {"type": "PEM", "content": "s", "keyPassword": "s"},
                "trustStore": {"content": "public", "password": "s"},
            },
            "proxy": {"username": "u", "password": "s"},
            "security": {"configuration": {"resolverParameter": "s"}},
            "list": [{"clientSecret": "s"}],
            "password": None,
            "secret": "",
            "content": "a page",
        }
        self.assertEqual(
            masked(document),
            {
                "ssl": {
                    "keyStore": {"type": "PEM", "content": MASK, "keyPassword": MASK},
                    "trustStore": {"content": "public", "password": MASK},
                },
                "proxy": {"username": "u", "password": MASK},
                "security": {"configuration": {"resolverParameter": MASK}},
                "list": [{"clientSecret": MASK}],
                "password": None,
                "secret": "",
                "content": "a page",
            },
        )

    def test_headers_and_properties(self) -> None:
        """The value of something named after a secret is one."""
        items = [
            {"name": "Authorization", "value": "Basic x"},
            {"name": "X-Api-Key", "value": "x"},
            {"name": "Accept", "value": "text/event-stream"},
            {"key": "db-password", "value": "x"},
        ]
        self.assertEqual(
            [item["value"] for item in masked(items)],
            [MASK, MASK, "text/event-stream", MASK],
        )

    def test_urls(self) -> None:
        """Of a URL nothing is shown that could let anybody in."""
        for url, seen in (
            ("https://h/p", "https://h/p"),
            ("https://h/p?key=a.b&v=1&x", f"https://h/p?key={MASK}&v={MASK}&x"),
            ("https://user:pass@h:1/p", f"https://{MASK}@h:1/p"),
            ("https://[h", MASK),
        ):
            self.assertEqual(masked({"target": url}), {"target": seen})

    def test_the_original_stays(self) -> None:
        """What is masked is a copy."""
        document = {"a": [{"password": "x"}]}
        masked(document)
        self.assertEqual(document, {"a": [{"password": "x"}]})


class ChangesTests(SynchronousTestCase):
    """Differences that can be shown."""

    def test_places(self) -> None:
        """What was added, removed and replaced, place by place."""
        before = {"a": 1, "b": {"c/d": 1, "e": 2}, "l": [1, {"x": 1}], "m": [1]}
        after = {"b": {"c/d": 2, "e": 2, "f": 3}, "l": [1, {"x": 2}], "m": [1, 2]}
        self.assertEqual(
            changes(before, after),
            [
                Change("/a", "remove", 1),
                Change("/b/c~1d", "replace", 1, 2),
                Change("/b/f", "add", None, 3),
                Change("/l/1/x", "replace", 1, 2),
                Change("/m", "replace", [1], [1, 2]),
            ],
        )

    def test_secrets(self) -> None:
        """That a secret is another is told, what it is is not."""
        before = {
            "password": "old",
            "headers": [{"name": "Cookie", "value": "old"}],
            "token": {"deep": "old"},
            "keyStore": {"content": "old"},
        }
        text = json.dumps(before).replace("old", "new")
        found = changes(before, json.loads(text))
        self.assertEqual(
            [(one.path, one.before, one.after) for one in found],
            [
                ("/password", MASK, MASK),
                ("/headers/0/value", MASK, MASK),
                ("/token/deep", MASK, MASK),
                ("/keyStore/content", MASK, MASK),
            ],
        )

    def test_new_and_gone(self) -> None:
        """The first and the last form of a document hold no secret either."""
        document = {"proxy": {"password": "x"}, "keyStore": {"content": "x"}}
        for found in (changes({}, document), changes(document, {})):
            self.assertNotIn('"x"', json.dumps([[c.before, c.after] for c in found]))
            self.assertEqual(len(found), 2)

    @given(JSON, JSON)
    def test_nothing_is_missed(self, before: Any, after: Any) -> None:
        """There is a change exactly when there is a difference, and none is a leak."""
        kept = copy.deepcopy((before, after))
        found = changes(before, after)
        self.assertEqual(bool(found), before != after)
        self.assertEqual((before, after), kept)
        self.assertEqual(len({one.path for one in found}), len(found))
