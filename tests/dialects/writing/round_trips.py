"""What is left of an API that is written and read again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hypothesis import given, settings

from relay.dialects import read
from relay.dialects.checking import Checked, check
from relay.dialects.writing.yaml_text import write_yaml
from tests.dialects.definitions import stored_apis, stored_plans
from tests.installed import CATALOG

Write = Callable[[Mapping[str, Any], Iterable[Mapping[str, Any]]], dict[str, Any]]
_BESIDE = ("hrid", "lifecycleState", "visibility")
_OF_PLANS = ("hrid", "status")


def every(write: Write) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Call a test method with all that is stored and read again, for many APIs."""

    def decorate(method: Callable[..., None]) -> Callable[..., None]:
        @settings(max_examples=40, deadline=None)
        @given(stored_apis, stored_plans)
        def test(self: Any, api: dict[str, Any], plans: list[dict[str, Any]]) -> None:
            for text in texts(write(api, plans)):
                method(self, api, plans, text)

        test.__doc__ = method.__doc__
        return test

    return decorate


def texts(document: dict[str, Any]) -> Iterator[bytes]:
    """Write a document as JSON and as YAML."""
    yield json.dumps(document).encode()
    yield write_yaml(document).encode()


def reread(text: bytes) -> Checked:
    """Read the only API of a file."""
    (draft,) = read(text)
    return check(draft, CATALOG)


def facts(api: Mapping[str, Any], plans: Iterable[Mapping[str, Any]]) -> Any:
    """Return what makes an API and its plans what they are."""
    return (
        CATALOG.parse_api(api).to_json(),
        {name: api[name] for name in _BESIDE},
        [
            (
                CATALOG.parse_plan(plan, api_type="PROXY").to_json(),
                {name: plan[name] for name in _OF_PLANS},
            )
            for plan in plans
        ],
    )


def facts_read(checked: Checked) -> Any:
    """Return the same of what was read."""
    return (
        checked.definition.to_json(),
        {name: checked.body[name] for name in _BESIDE},
        [
            (
                one.definition.to_json(),
                {name: one.body[name] for name in _OF_PLANS},
            )
            for one in checked.plans
        ],
    )
