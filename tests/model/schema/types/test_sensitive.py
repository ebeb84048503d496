"""Fields that are secrets by their types."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.base import Options
from relay.model.schema.types.sensitive import (
    LOCATING,
    SENSITIVE,
    is_locating,
    is_sensitive,
    members,
    models_in,
)

Word = Annotated[str, SENSITIVE]


class Inner(Options):
    """Has one."""

    plain: str = ""
    word: Word = ""


class Outer(Options):
    """Has them in all the ways in which a field can."""

    bare: Word = ""
    absent: Word | None = None
    longer: Annotated[Word, Field(min_length=1)] = "x"
    several: tuple[Word, ...] = ()
    inner_one: Inner = Inner()
    inner_some: tuple[Annotated[Inner, "x"], ...] | None = None
    number: int = 0
    place: Annotated[str, LOCATING] = ""
    places: tuple[Annotated[str, LOCATING], ...] | None = None


class SensitiveTests(SynchronousTestCase):
    def test_marked(self) -> None:
        """The mark is found in every kind of type, and in nested models."""
        marked = [name for name, one in members(Outer).items() if is_sensitive(one)]
        self.assertEqual(marked, ["bare", "absent", "longer", "several"])

    def test_locating(self) -> None:
        """A URL is no secret as a whole, and a secret is no URL."""
        marked = [name for name, one in members(Outer).items() if is_locating(one)]
        self.assertEqual(marked, ["place", "places"])

    def test_models(self) -> None:
        """Models in fields are found by the names of the JSON."""
        fields = members(Outer)
        for name in ("innerOne", "innerSome"):
            self.assertEqual(list(models_in(fields[name].annotation)), [Inner])
        self.assertEqual(list(models_in(fields["number"].annotation)), [])
