"""The description of a family of objects, from which its commands are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from relay.cli.paths import ENVIRONMENT

if TYPE_CHECKING:
    from relay.cli.client import Client

Body = dict[str, Any]


@dataclass(frozen=True)
class Parent:
    """An object that the members of a family belong to, named by an option."""

    family: Family
    required: bool = True

    @property
    def option(self) -> str:
        """The name of the option, without dashes."""
        return self.family.word.rpartition(" ")[2].lower()


@dataclass(frozen=True)
class Member:
    """A member of the body of a call, as an option."""

    option: str
    """Such as ``--name``."""
    path: str
    """Of the member in the body, dotted."""
    help: str
    type: Any = None
    """Of click; None for text."""
    required: bool = False
    reference: Family | None = None
    """The value names an object of this family, whose id is sent."""

    @property
    def key(self) -> str:
        """The option's name among the arguments of a command."""
        return self.option.lstrip("-").replace("-", "_")


@dataclass(frozen=True)
class Action:
    """A command that changes one object by a call of its own."""

    name: str
    help: str
    suffix: str
    """Of the path of the object, such as ``/_publish``."""
    done: str
    """What was done, in the past: ``published``."""
    members: tuple[Member, ...] = ()
    consequence: str = ""
    """What is confirmed, as the end of a question; empty when nobody is asked."""
    method: str = "POST"
    collection: bool = False
    """Whether the call is of the collection, without an object."""
    query: Mapping[str, Any] = field(default_factory=dict)
    reveals: Mapping[str, str] = field(default_factory=dict)
    """The words for members of the response that the server shows only now."""


@dataclass(frozen=True)
class Family:
    """A family of objects."""

    name: str
    """Of the group of its commands."""
    help: str
    """The sentence about the group."""
    word: str
    """For one object, as in sentences: ``API``."""
    path: str
    """Of the collection; ``{api}`` stands for the id of a parent."""
    columns: Mapping[str, str]
    """The headings of the table, by the members that are shown; dotted."""
    base: str = ENVIRONMENT
    parents: tuple[Parent, ...] = ()
    key: str = "id"
    """The member by which the paths of calls name an object."""
    names: tuple[str, ...] = ("hrid", "name")
    """Other members by which people may name it, if their value is unique."""
    every: Mapping[str, Any] = field(default_factory=dict)
    """The query that lists all objects, to find one."""
    completes: Callable[[click.Context, click.Parameter, str], list[str]] | None = None
    """Completes a reference in a shell."""
    filters: tuple[Member, ...] = ()
    """The options of ``list``; their paths are parameters of the query."""
    creates: tuple[Member, ...] | None = None
    """The options of ``create``; None when objects are not created so."""
    complete: Callable[[Body], Body] | None = None
    """Completes the body of ``create`` that was made of options."""
    updates: tuple[Member, ...] | None = None
    """The options of ``update``."""
    kept: tuple[str, ...] | None = None
    """The members that ``update`` sends again with those of its options; None for a
    family with ``PATCH``."""
    deletes: str = ""
    """What ``delete`` cannot undo, as the end of a question; empty when there is no
    ``delete``."""
    delete_query: Mapping[str, Any] = field(default_factory=dict)
    shows: bool = True
    """Whether the path of an object has a ``GET``."""
    details: Callable[[Client, Body], Awaitable[Mapping[str, Any]]] | None = None
    """Returns what ``show`` prints besides the columns, by its words; with ``--json``
    only the object is printed."""
    direct: bool = False
    """Whether people know objects by the key only, which is no UUID."""
    paged: bool = True
    reveals: Mapping[str, str] = field(default_factory=dict)
    """The words for members that only the response of ``create`` has."""
    actions: tuple[Action, ...] = ()

    def completed(self, body: Body) -> Body:
        """Return the body of ``create``, completed if it was made of options."""
        return body if self.complete is None else self.complete(body)
