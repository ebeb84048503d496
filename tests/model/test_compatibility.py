"""The page on compatibility and the code say the same."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api import read_only
from relay.model.api.definition import (
    Analytics,
    ApiDefinition,
    Endpoint,
    EndpointGroup,
    HttpListener,
    ListenerEntrypoint,
)
from relay.model.api.endpoints.http_proxy import HttpOptions, KeyStore, ProxyOptions
from relay.model.api.publication_state import SETTABLE, LifecycleState, Visibility
from relay.model.plans.plan import PlanDefinition
from relay.model.schema.base import Value

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "compatibility.md"
CORE = frozenset({"name", "apiVersion", "entrypoints", "endpointGroups", "endpoints"})
"""What needs no word: an API is made of it."""


class PageTests(SynchronousTestCase):
    """Every field has its place on the page."""

    def test_every_field(self) -> None:
        """Each field that is read, left aside or refused is named in backquotes."""
        page = PAGE.read_text()
        models: list[type[Value]] = [
            ApiDefinition,
            Analytics,
            HttpListener,
            ListenerEntrypoint,
            EndpointGroup,
            Endpoint,
            PlanDefinition,
            HttpOptions,
            KeyStore,
            ProxyOptions,
        ]
        names = {
            field.alias or name
            for model in models
            for name, field in model.model_fields.items()
        }
        names |= read_only.API | read_only.PLAN | SETTABLE
        names |= {*LifecycleState, *Visibility}
        silent = {
            name
            for name in names - CORE
            if not any(
                f"{before}{name}{after}" in page for before in "`." for after in "`.[:"
            )
        }
        self.assertEqual(silent, set())
