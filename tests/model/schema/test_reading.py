"""Tests of :mod:`relay.model.schema.reading`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.endpoints.health_check import HealthCheck
from relay.model.api.publication_state import Visibility
from relay.model.schema.base import Value
from relay.model.schema.errors import Issue
from relay.model.schema.reading import issues, shown


class Inner(Value):
    """Something inside."""

    password: str | None = None
    choice: Literal["A", "B"] = "A"
    size: Annotated[int, Field(strict=True, ge=1, le=3)] = 1


class Outer(Value):
    """Something with something inside."""

    inner_value: Inner
    items: tuple[Inner, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    metadata: dict[str, int] = {}


def found(body: object, at: str = "") -> list[Issue]:
    """Return the issues of a body of an Outer."""
    try:
        Outer.read(body)
    except ValidationError as error:
        return issues(error, at)
    return []


class IssuesTests(SynchronousTestCase):
    """The messages for pydantic's errors."""

    def test_messages(self) -> None:
        """Each problem is a sentence at a location, under the names of the JSON."""
        self.assertEqual(
            found(
                {"items": [{"choice": "C", "size": 9}, {"size": 0}], "visibility": 1}
            ),
            [
                Issue("is required", "innerValue"),
                Issue("must be one of A or B", "items[0].choice", "C"),
                Issue("must be at most 3", "items[0].size", 9),
                Issue("must be at least 1", "items[1].size", 0),
                Issue("must be one of PUBLIC or PRIVATE", "visibility", 1),
            ],
        )
        self.assertEqual(
            found({"innerValue": [], "items": {}, "metadata": "x", "x": "y"}),
            [
                Issue("must be an object", "innerValue"),
                Issue("must be an array", "items"),
                Issue("must be an object", "metadata"),
                Issue("unknown field", "x", severity="warning"),
            ],
        )

    def test_prefix(self) -> None:
        """A location starts where the value stands."""
        self.assertEqual(
            found({"innerValue": {"password": 1}}, "a[0]"),
            [Issue("must be a string", "a[0].innerValue.password")],
        )
        self.assertEqual(found(1, "a[0]"), [Issue("must be an object", "a[0]")])

    def test_a_misspelt_field(self) -> None:
        """The error for an unknown field names the most similar one beside it."""
        body = {"innerValue": {"pasword": "x"}, "items": [{"zize": 1}], "item": []}
        with self.assertRaises(ValidationError) as caught:
            Outer.read(body)
        self.assertEqual(
            [
                (one.location, one.message)
                for one in issues(caught.exception, "", Outer)
            ],
            [
                ("innerValue.pasword", "unknown field; did you mean password?"),
                ("items[0].zize", "unknown field; did you mean size?"),
                ("item", "unknown field; did you mean items?"),
            ],
        )

    def test_lengths(self) -> None:
        """A text is measured in characters, a list in items."""

        class Bounded(Value):
            text: Annotated[SecretStr, Field(min_length=2)] = SecretStr("ab")
            plain: Annotated[str, Field(max_length=2)] = ""
            items: Annotated[tuple[int, ...], Field(min_length=2)] = (1, 2)

        with self.assertRaises(ValidationError) as caught:
            Bounded.read({"text": "a", "plain": "abc", "items": [1]})
        self.assertEqual(
            [one.message for one in issues(caught.exception)],
            [
                "must have at least 2 characters",
                "must have at most 2 characters",
                "must have at least 2 items",
            ],
        )

    def test_other_kinds(self) -> None:
        """An error without a message of its own has pydantic's."""
        (issue,) = found({"innerValue": {}, "metadata": {"a": "x"}})
        self.assertEqual(issue.location, "metadata.a")
        self.assertIn("integer", issue.message)


class ShownTests(SynchronousTestCase):
    """The values that errors show."""

    def test_shown(self) -> None:
        """Short scalars are, what may hold credentials or is long is not."""
        values: list[object] = [1, 1.5, True, "a b", ""]
        for value in values:
            self.assertEqual(shown(value), value)
        others: list[object] = [None, [], {}, "https://a:b@c", "/a?key=b", "a" * 201]
        for value in others:
            self.assertIsNone(shown(value))


class SensitiveTests(SynchronousTestCase):
    def test_a_refused_secret_is_not_shown_whatever_its_name(self) -> None:
        """The type of a field decides whether its value is shown."""
        body = {"schedule": "* * * * * *", "target": "/", "body": "{#s3cr3t}"}
        with self.assertRaises(ValidationError) as caught:
            HealthCheck.read(body)
        (told,) = issues(caught.exception, "at", HealthCheck)
        self.assertEqual((told.location, told.invalid_value), ("at.body", None))
        with self.assertRaises(ValidationError) as caught:
            HealthCheck.read({**body, "body": None, "target": "/ x"})
        (told,) = issues(caught.exception, "at", HealthCheck)
        self.assertEqual((told.location, told.invalid_value), ("at.target", "/ x"))
