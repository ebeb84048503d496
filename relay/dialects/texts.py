"""Configurations that are texts with an object in JSON."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from relay.dialects.draft import Draft
from relay.dialects.notes import Notes
from relay.model.schema.errors import join
from relay.model.schema.json_limits import find_unstorable

CONFIGURATIONS = ("configuration", "sharedConfiguration", "sharedConfigurationOverride")
"""Members that hold an object, or a text with an object in JSON."""


def decode_draft(draft: Draft) -> Draft:
    """Replace configurations of a draft that are texts by what the texts encode."""
    notes = Notes("", draft.origins)
    decode(draft.body, "", notes)
    for number, plan in enumerate(draft.plans):
        decode(plan, join("plans", number), notes)
    draft.findings += notes.findings
    return draft


def decode(value: Any, at: str, notes: Notes) -> None:
    """
    Replace configurations that are texts by what the texts encode.

    :param value: changed.
    :param at: the location of it in the file.
    """
    if isinstance(value, list):
        for number, one in enumerate(value):
            decode(one, join(at, number), notes)
    elif isinstance(value, dict):
        for name in list(value):
            where, one = join(at, name), value[name]
            if name in CONFIGURATIONS and isinstance(one, str):
                try:
                    value[name] = decoded(one)
                except json.JSONDecodeError as error:
                    column = f"line {error.lineno}, column {error.colno} of the text"
                    notes.refuse(
                        where, f"is no JSON: {error.msg}, {column}", error.lineno
                    )
                    value[name] = {}
                except ValueError as error:
                    notes.refuse(where, str(error))
                    value[name] = {}
            else:
                decode(one, where, notes)


def decoded(text: str) -> object:
    """
    Read the JSON of a configuration that is a text.

    :raises ValueError: for a text that is no JSON, or that parsers read in different
        ways.
    """
    try:
        value = _decoder.decode(text)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if problems := find_unstorable(value):
        raise ValueError(problems[0].message)
    return value


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("is JSON with a member that is given twice")
    return members


def _constant(name: str) -> NoReturn:
    raise ValueError(f"holds {name}, which is not JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_constant)
