"""The parts of a document that are not shown."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.model.secrets import ALL_SECRET, MASK, Change, Masking
from tests.installed import CATALOG

SECRETS = Masking(CATALOG.type_of)
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

PLAIN = st.recursive(
    st.integers(0, 3),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=20,
)
"""JSON without secrets, with few values, so that items are often equal."""


def apply(document: Any, change: Change) -> None:
    """Change a document as an operation of a JSON Patch (RFC 6902) does."""
    *parents, last = change.path.split("/")[1:]
    for name in parents:
        document = document[int(name) if isinstance(document, list) else name]
    if not isinstance(document, list):
        if change.op == "remove":
            del document[last]
        else:
            document[last] = change.after
    elif change.op == "add":
        document.insert(int(last), change.after)
    elif change.op == "remove":
        del document[int(last)]
    else:
        document[int(last)] = change.after


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
            SECRETS.masked(document),
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
            [item["value"] for item in SECRETS.masked(items)],
            [MASK, MASK, "text/event-stream", MASK],
        )

    def test_types_count_not_names(self) -> None:
        """In a configuration the type of a field decides whether it is secret."""
        group = {
            "type": "http-proxy",
            "sharedConfiguration": {
                "headers": [{"name": "X-Backend", "value": "s"}],
                "ssl": {
                    "keyStore": {"type": "PKCS12", "content": "s", "alias": "key"},
                    "trustStore": {"content": "public", "password": "s"},
                },
                "http": {"keepAlive": True},
            },
            "services": {
                "healthCheck": {
                    "type": "http-health-check",
                    "configuration": {
                        "target": "/health",
                        "headers": [{"name": "X-Backend", "value": "s"}],
                        "body": "s",
                    },
                }
            },
        }
        entry = {
            "entrypointId": "webhook",
            "entrypointConfiguration": {
                "callbackUrl": "https://h/p",
                "headers": [{"name": "X-Backend", "value": "s"}],
                "auth": {"type": "token", "token": {"value": "s"}},
                "retry": {"maxAttempts": 3},
            },
        }
        document = {"endpointGroups": [group], "consumerConfiguration": entry}
        shown = json.loads(json.dumps(document).replace('"s"', json.dumps(MASK)))
        self.assertEqual(SECRETS.masked(document), shown)
        other = json.loads(json.dumps(document).replace('"s"', '"t"'))
        told = SECRETS.changes(document, other)
        self.assertEqual({(one.before, one.after) for one in told}, {(MASK, MASK)})
        self.assertEqual(len(told), 7)

    def test_what_nobody_knows_is_secret(self) -> None:
        """A configuration of an unknown type, and a field that its type has not."""
        for document in (
            {"resources": [{"type": "cache", "configuration": {"a": ["s"]}}]},
            {
                "flows": [
                    {"request": [{"policy": "x", "configuration": {"a": {"b": 1}}}]}
                ]
            },
            {"endpoints": [{"type": "http-proxy", "configuration": {"tarqet": "s"}}]},
        ):
            shown = json.dumps(SECRETS.masked(document))
            self.assertIn(MASK, shown)
            self.assertNotIn('"s"', shown)
            self.assertNotIn("1", shown)
        step = {"policy": "mock", "configuration": {"status": 200}}
        hidden = {"policy": "mock", "configuration": {"status": MASK}}
        self.assertEqual(ALL_SECRET.masked({"request": [step]}), {"request": [hidden]})

    def test_another_type(self) -> None:
        """
        A value that changes together with its type is secret if either type says so.
        """
        before = {"type": "JWT", "configuration": {"resolverParameter": "s"}}
        after = {"type": "KEY_LESS", "configuration": {}}
        for old, new in ((before, after), (after, before)):
            told = SECRETS.changes({"security": old}, {"security": new})
            self.assertNotIn("'s'", repr(told))

    def test_encrypted_properties(self) -> None:
        """The values of encrypted and encryptable properties are secret."""
        items = [
            {"key": "a", "value": "s", "encrypted": True},
            {"key": "b", "value": "s", "encryptable": True, "encrypted": False},
            {"key": "c", "value": "plain", "encryptable": False},
        ]
        shown = SECRETS.masked({"properties": items})["properties"]
        self.assertEqual([one["value"] for one in shown], [MASK, MASK, "plain"])
        other = [{**one, "value": "t"} for one in items]
        told = SECRETS.changes({"properties": items}, {"properties": other})
        self.assertEqual([one.before for one in told], [MASK, MASK, "plain"])
        told = SECRETS.changes(
            {"p": [{"key": "a", "value": "s"}]},
            {"p": [{"key": "a", "value": MASK, "encrypted": True}]},
        )
        self.assertNotIn("'s'", repr(told))

    def test_urls(self) -> None:
        """Credentials and query values of a URL are masked."""
        for url, seen in (
            ("https://h/p", "https://h/p"),
            ("https://h/p?key=a.b&v=1&x", f"https://h/p?key={MASK}&v={MASK}&x"),
            ("https://user:pass@h:1/p", f"https://{MASK}@h:1/p"),
            ("https://[h", MASK),
        ):
            self.assertEqual(SECRETS.masked({"target": url}), {"target": seen})

    def test_urls_with_expressions(self) -> None:
        """An expression is no part of a query, and has no fragment."""
        base = "{#api.properties['base'] ?: 'x'}"
        for url, seen in (
            (f"http://{base}/p?key=s", f"http://{base}/p?key={MASK}"),
            (f"http://u:s@{base}/p", f"http://{MASK}@{base}/p"),
            (f"http://h/p?a={base}&k=s#f", f"http://h/p?a={MASK}&k={MASK}"),
            ("http://h/p?{#a && 'x'}&k=s", f"http://h/p?{{#a && 'x'}}&k={MASK}"),
            (f"http://h/{base}", f"http://h/{base}"),
        ):
            self.assertEqual(SECRETS.masked({"target": url}), {"target": seen})

    def test_the_query_of_a_url_without_a_scheme_is_not_shown(self) -> None:
        """The type of a field decides that its value is a URL."""
        kept = {
            "services": {
                "healthCheck": {
                    "type": "http-health-check",
                    "configuration": {"target": "/h?key=s"},
                }
            },
            "resources": [
                {
                    "type": "oauth2",
                    "configuration": {
                        "introspectionEndpoint": "/i?key=s",
                        "userInfoEndpoint": "/u?key=s",
                    },
                }
            ],
        }
        shown = SECRETS.masked(kept)
        text = json.dumps(kept).replace("key=s", f"key={MASK}")
        self.assertEqual(shown, json.loads(text))
        self.assertEqual(SECRETS.unmasked(shown, kept), (kept, []))

    def test_users_of_resources(self) -> None:
        """The passwords of users are secret, under each name of the type."""
        for type in ("auth-provider-inline-resource", "auth-provider-inline"):
            users = [
                {"username": "ann", "password": "x"},
                {"username": "bob", "password": "y"},
            ]
            kept = {"resources": [{"type": type, "configuration": {"users": users}}]}
            shown = SECRETS.masked(kept)
            self.assertEqual(
                [
                    (one["username"], one["password"])
                    for one in shown["resources"][0]["configuration"]["users"]
                ],
                [("ann", MASK), ("bob", MASK)],
            )
            self.assertEqual(SECRETS.unmasked(shown, kept), (kept, []))

    def test_the_original_stays(self) -> None:
        """The masked document is a copy."""
        document = {"a": [{"password": "x"}]}
        SECRETS.masked(document)
        self.assertEqual(document, {"a": [{"password": "x"}]})


class ChangesTests(SynchronousTestCase):
    """Differences that can be shown."""

    def test_places(self) -> None:
        """Additions, removals and replacements are listed with their places."""
        before = {"a": 1, "b": {"c/d": 1, "e": 2}, "l": [1, {"x": 1}], "m": [1]}
        after = {"b": {"c/d": 2, "e": 2, "f": 3}, "l": [1, {"x": 2}], "m": [1, 2]}
        self.assertEqual(
            SECRETS.changes(before, after),
            [
                Change("/a", "remove", 1),
                Change("/b/c~1d", "replace", 1, 2),
                Change("/b/f", "add", None, 3),
                Change("/l/1/x", "replace", 1, 2),
                Change("/m/1", "add", None, 2),
            ],
        )

    def test_lists(self) -> None:
        """Items that were added or removed are told from those that moved."""
        for before, after, expected in (
            ([1, 2, 3], [1, 3], [Change("/1", "remove", 2)]),
            ([1, 3], [1, 2, 3], [Change("/1", "add", None, 2)]),
            (
                [1, 2, 3, 4],
                [1, 5, 4],
                [Change("/1", "replace", 2, 5), Change("/2", "remove", 3)],
            ),
            (
                [1, 2, 3],
                [],
                [Change(f"/{at}", "remove", at + 1) for at in (2, 1, 0)],
            ),
            ([1, 1], [1], [Change("/1", "remove", 1)]),
        ):
            self.assertEqual(SECRETS.changes(before, after), expected)

    @given(PLAIN, PLAIN)
    def test_a_patch(self, before: Any, after: Any) -> None:
        """Applied one after the other, the changes make the second document."""
        document = {"root": copy.deepcopy(before)}
        for one in SECRETS.changes({"root": before}, {"root": after}):
            apply(document, one)
        self.assertEqual(document, {"root": after})

    def test_secrets(self) -> None:
        """A changed secret is listed without its values."""
        before = {
            "password": "old",
            "headers": [{"name": "Cookie", "value": "old"}],
            "token": {"deep": "old"},
            "keyStore": {"content": "old"},
        }
        text = json.dumps(before).replace("old", "new")
        found = SECRETS.changes(before, json.loads(text))
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
        for found in (SECRETS.changes({}, document), SECRETS.changes(document, {})):
            self.assertNotIn('"x"', json.dumps([[c.before, c.after] for c in found]))
            self.assertEqual(len(found), 2)

    @given(JSON, JSON)
    def test_nothing_is_missed(self, before: Any, after: Any) -> None:
        """There is a change exactly when there is a difference, and none is a leak."""
        kept = copy.deepcopy((before, after))
        found = SECRETS.changes(before, after)
        self.assertEqual(bool(found), before != after)
        self.assertEqual((before, after), kept)
        self.assertEqual(len({one.path for one in found}), len(found))
