"""Tests of :mod:`relay.management.resources.plugin_pages`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from twisted.trial.unittest import SynchronousTestCase

from relay.management.resources.plugin_pages import description, page
from relay.model.schema.base import Options


class Part(Options):
    """A part."""

    size: Annotated[int, Field(ge=1, json_schema_extra={"x-unit": "bytes"})] = 3
    """Bytes | words."""
    parts: tuple[Part, ...] = ()


class Whole(Options):
    """A ``whole``
    of parts."""

    kind: Literal["A", "B"] = "A"
    name: str
    """The name."""
    part: Part | None = None
    names: tuple[str, ...] = ()


class PageTests(SynchronousTestCase):
    """The page of a plugin."""

    def test_page(self) -> None:
        """Options of options are listed once, with types and defaults."""
        found = page(
            "Whole things",
            "A `whole` of parts.",
            Whole.model_json_schema(by_alias=True),
        )
        self.assertEqual(
            found.splitlines(),
            [
                "# Whole things",
                "",
                "A `whole` of parts.",
                "",
                "| option | type | default | description |",
                "|---|---|---|---|",
                '| `kind` | `A`, `B` | `"A"` |  |',
                "| `name` | string | required | The name. |",
                "| `part` | object |  | A part. |",
                "| `part.size` | integer, in bytes | `3` | Bytes \\| words. |",
                "| `part.parts` | list of object | `[]` |  |",
                "| `names` | list of string | `[]` |  |",
            ],
        )

    def test_no_options(self) -> None:
        """The page of a plugin without options says so."""
        schema = {"type": "object", "description": "Nothing."}
        self.assertEqual(
            page("A", "Nothing.", schema), "# A\n\nNothing.\n\nThere are no options.\n"
        )
        self.assertEqual(description({}), "")
