"""Checks of definitions without the values of their placeholders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableSet
from dataclasses import replace
from typing import Any, TypeVar

from relay.cli.definitions.placeholders import filled, unescaped
from relay.dialects.draft import Draft
from relay.dialects.finding import Refused
from relay.dialects.places import is_within
from relay.model.hrid import derived
from relay.model.schema.errors import join

Result = TypeVar("Result")
_FORMS = ("{}", "/{}", "https://{}.invalid", "1", "text/{}")
"""What stands in for a value, with its name: the first one that the field accepts."""


def checked_without(
    draft: Draft,
    variables: Mapping[str, str],
    missing: MutableSet[str],
    check: Callable[[Draft], Result],
) -> tuple[Result | None, Draft]:
    """
    Check a draft with other texts in place of the values that are not known.

    A problem of a text with such a value is none: only the value would show it.

    :param missing: receives the variables that are not set.
    :param check: raises Refused with the problems of a draft.
    :returns: the result, or None if all problems are of such texts; and the draft that
        was checked.
    :raises Refused: with the other problems.
    """
    forms: dict[str, int] = {}
    while True:
        tried = replace(
            draft,
            body=_stood_in(draft.body, variables, forms, missing, ""),
            plans=_stood_in(draft.plans, variables, forms, missing, "plans"),
        )
        try:
            return check(tried), tried
        except Refused as refused:
            findings = refused.findings
        unfit = {
            place
            for place in forms
            if any(
                one.severity == "severe"
                and is_within(one.path, draft.origins.of(place))
                for one in findings
            )
        }
        if again := {place for place in unfit if forms[place] < len(_FORMS) - 1}:
            forms |= {place: forms[place] + 1 for place in again}
            continue
        others = [
            one
            for one in findings
            if not any(is_within(one.path, draft.origins.of(place)) for place in unfit)
        ]
        if any(one.severity == "severe" for one in others):
            raise Refused(others)
        return None, tried


def _stood_in(
    value: Any,
    variables: Mapping[str, str],
    forms: dict[str, int],
    missing: MutableSet[str],
    at: str,
) -> Any:
    """
    :param forms: the form of each text with a value that is not known, by its location.
    """
    if isinstance(value, dict):
        return {
            unescaped(key): _stood_in(one, variables, forms, missing, join(at, key))
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [
            _stood_in(one, variables, forms, missing, join(at, number))
            for number, one in enumerate(value)
        ]
    unset: dict[str, str] = {}
    found = filled(value, variables, unset, at)
    if not unset:
        return found
    missing |= set(unset)
    form = _FORMS[forms.setdefault(at, 0)]
    others = {name: form.format(derived(name, "value")) for name in unset}
    return filled(value, {**variables, **others}, {}, at)
