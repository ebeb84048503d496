"""Every setting with all that its documentation has, as a tree of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache
from inspect import cleandoc
from typing import Any, get_type_hints

from relay.settings.documentation.kind import Kind, kind_of
from relay.settings.effect import NEXT_START, TAKEN_BY
from relay.settings.origins import is_secret
from relay.settings.schema import Settings
from relay.settings.setting import Doc, doc_of
from relay.settings.source import variable_of
from relay.settings.types import item_section, section_of


@dataclass(frozen=True)
class Documented:
    """One setting."""

    name: str
    """Such as ``gateway.listeners.id``; a member of a list of tables has no number."""
    key: str
    """The last part of the name."""
    kind: Kind
    default: object
    """As TOML has it; None for none."""
    example: object
    """As TOML has it; None for none."""
    description: str
    """Markdown, as :class:`relay.settings.setting.Doc` has it."""
    like: str
    """The name of the setting that documents this one; empty when it does itself."""
    next_start: bool
    """Whether a changed value takes effect at the next start only."""
    secret: bool
    variable: str | None
    """The environment variable; None where only the file can have the setting."""

    def to_json(self) -> dict[str, object]:
        """Return the setting in JSON."""
        kind = self.kind
        return {
            "name": self.name,
            "type": f"list of {kind.name}" if kind.many else kind.name,
            "choices": list(kind.choices) or None,
            "minimum": kind.minimum,
            "maximum": kind.maximum,
            "unit": kind.unit,
            "default": self.default,
            "example": self.example,
            "description": plain(self.description),
            "nextStart": self.next_start,
            "secret": self.secret,
            "variable": self.variable,
        }


@dataclass(frozen=True)
class Table:
    """A table of the settings file."""

    name: str
    """Such as ``gateway.listeners``."""
    description: str
    """As that of :class:`Documented`; of a section, sentences."""
    many: bool
    """Whether it is a list of tables."""
    like: str
    """The name of the table that documents this one; empty when it does itself."""
    settings: tuple[Documented, ...]
    tables: tuple[Table, ...]

    def all(self) -> Iterator[Documented]:
        """Return its settings, and those of the tables in it."""
        yield from self.settings
        for table in self.tables:
            yield from table.all()


@cache
def sections() -> tuple[Table, ...]:
    """Return the tables at the top of the settings file, in their order."""
    return _table(Settings, _Place(), "").tables


def every_setting() -> list[Documented]:
    """Return all settings, in the order of the file."""
    return [setting for table in sections() for setting in table.all()]


def plain(text: str) -> str:
    """Return a description without the signs of Markdown."""
    parts = text.split("](")
    kept = [parts[0], *(part.partition(")")[2] for part in parts[1:])]
    # A bracket in front of a link's text; other brackets are within code.
    opened = [one[: (at := one.rfind("["))] + one[at + 1 :] for one in kept[:-1]]
    return "".join([*opened, kept[-1]]).replace("`", "")


@dataclass(frozen=True)
class _Place:
    """Where a table is in the file, and what the tables around it say of it."""

    name: str = ""
    many: bool = False
    in_list: bool = False
    """Whether it, or a table around it, is a member of a list."""
    like: str = ""
    examples: Mapping[str, object] = field(default_factory=dict)
    """By the names of members, dotted."""

    def inner(self, key: str, doc: Doc, many: bool) -> _Place:
        """Return the place of a table in this one."""
        examples = {
            path.removeprefix(f"{key}."): value
            for path, value in self.examples.items()
            if path.startswith(f"{key}.")
        }
        like = doc.like or (f"{self.like}.{key}" if self.like else "")
        name = f"{self.name}.{key}".lstrip(".")
        in_list = self.in_list or many
        return _Place(name, many, in_list, like, {**examples, **(doc.examples or {})})


def _table(section: type[Any], place: _Place, description: str) -> Table:
    hints = get_type_hints(section, include_extras=True)
    settings: list[Documented] = []
    tables: list[Table] = []
    for one in fields(section):
        hint = hints[one.name]
        item = item_section(hint)
        table = section_of(hint) or item
        if table is not None:
            # A section is described by its class, other tables by their fields.
            doc = doc_of(one) if place.name else Doc(cleandoc(table.__doc__ or ""))
            inner = place.inner(one.name, doc, item is not None)
            tables.append(_table(table, inner, " ".join(doc.description.split())))
        elif place.name:
            settings.append(_setting(one, hint, place))
    return Table(
        place.name, description, place.many, place.like, tuple(settings), tuple(tables)
    )


def _setting(one: Field[Any], hint: object, place: _Place) -> Documented:
    doc, name = doc_of(one), f"{place.name}.{one.name}"
    default = None if one.default is MISSING else one.default
    return Documented(
        name=name,
        key=one.name,
        kind=kind_of(one.name, hint),
        default=list(default) if isinstance(default, tuple) else default,
        example=place.examples.get(one.name, doc.example),
        description=doc.description,
        like=f"{place.like}.{one.name}" if place.like else "",
        next_start=TAKEN_BY[name] == NEXT_START,
        secret=is_secret(hint),
        variable=None if place.in_list else variable_of(name),
    )
