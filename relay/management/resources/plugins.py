"""The installed connectors, plans and policies, with their schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay import __version__
from relay.catalog import (
    Catalog,
    EntrypointType,
    Kind,
    PlanType,
    PluginType,
    PolicyType,
    ResourceType,
)
from relay.management.http.answers import Answer
from relay.management.http.errors import NotFound
from relay.management.http.parameters import Word
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources import plugin_pages
from relay.management.shapes.plugins import (
    Connector,
    Documentation,
    EntrypointConnector,
    JsonSchema,
    MoreInformation,
    Plugin,
    Policy,
)
from relay.model.documents import DOCUMENTS, json_schema

_DISPLAY = Word(
    "display",
    "The form component that the schema is for; all use the same schema.",
    ("gv-schema-form",),
)
_PROTOCOL = Word(
    "apiProtocolType",
    "The kind of API; a policy has one schema for both.",
    ("HTTP_PROXY", "HTTP_MESSAGE"),
)

MARKDOWN = Answer({"text/plain": None}, "Markdown.")

MARKDOWN = Answer({"text/plain": None}, "Markdown.")


class Plugins:
    """The resource family of the catalog.

    :param catalog: of this installation.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @route("GET", "/plugins/endpoints", answers={200: tuple[Connector, ...]})
    async def endpoints(self, call: RestCall) -> Reply:
        """Return the types of endpoints."""
        return self._all(self._catalog.endpoints)

    @route("GET", "/plugins/endpoints/<plugin_id>", answers={200: Connector})
    async def endpoint(self, call: RestCall, plugin_id: str) -> Reply:
        """Return one type of endpoint."""
        return self._one(self._catalog.endpoints, plugin_id)

    @route("GET", "/plugins/endpoints/<plugin_id>/schema", answers={200: JsonSchema})
    async def endpoint_schema(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the JSON Schema of the configuration of an endpoint."""
        return self._schema("endpoint", plugin_id)

    @route(
        "GET", "/plugins/endpoints/<plugin_id>/documentation", answers={200: MARKDOWN}
    )
    async def endpoint_page(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the documentation of an endpoint, as Markdown."""
        return self._page("endpoint", self._catalog.endpoints, plugin_id)

    @route(
        "GET",
        "/plugins/endpoints/<plugin_id>/more-information",
        answers={200: MoreInformation},
    )
    async def endpoint_information(self, call: RestCall, plugin_id: str) -> Reply:
        """Return what an endpoint is for."""
        return self._information("endpoint", plugin_id)

    @route(
        "GET",
        "/plugins/endpoints/<plugin_id>/shared-configuration-schema",
        answers={200: JsonSchema},
    )
    async def shared_schema(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the JSON Schema of the shared configuration of a group."""
        return self._schema("shared", plugin_id)

    @route(
        "GET", "/plugins/entrypoints", answers={200: tuple[EntrypointConnector, ...]}
    )
    async def entrypoints(self, call: RestCall) -> Reply:
        """Return the types of entrypoints."""
        return self._all(self._catalog.entrypoints)

    @route(
        "GET", "/plugins/entrypoints/<plugin_id>", answers={200: EntrypointConnector}
    )
    async def entrypoint(self, call: RestCall, plugin_id: str) -> Reply:
        """Return one type of entrypoint."""
        return self._one(self._catalog.entrypoints, plugin_id)

    @route("GET", "/plugins/entrypoints/<plugin_id>/schema", answers={200: JsonSchema})
    async def entrypoint_schema(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the JSON Schema of the configuration of an entrypoint."""
        return self._schema("entrypoint", plugin_id)

    @route(
        "GET", "/plugins/entrypoints/<plugin_id>/documentation", answers={200: MARKDOWN}
    )
    async def entrypoint_page(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the documentation of an entrypoint, as Markdown."""
        return self._page("entrypoint", self._catalog.entrypoints, plugin_id)

    @route(
        "GET",
        "/plugins/entrypoints/<plugin_id>/more-information",
        answers={200: MoreInformation},
    )
    async def entrypoint_information(self, call: RestCall, plugin_id: str) -> Reply:
        """Return what an entrypoint is for."""
        return self._information("entrypoint", plugin_id)

    @route(
        "GET",
        "/plugins/entrypoints/<plugin_id>/subscription-schema",
        query=(_DISPLAY,),
        answers={200: JsonSchema},
    )
    async def subscription_schema(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the JSON Schema of a consumer's configuration of an entrypoint."""
        call.query.one("display")
        return self._schema("subscription", plugin_id)

    @route("GET", "/plugins/plans", answers={200: tuple[Plugin, ...]})
    async def plans(self, call: RestCall) -> Reply:
        """Return the security types of plans."""
        return self._all(self._catalog.plans)

    @route("GET", "/plugins/plans/<plugin_id>", answers={200: Plugin})
    async def plan(self, call: RestCall, plugin_id: str) -> Reply:
        """Return one security type of plans."""
        return self._one(self._catalog.plans, plugin_id)

    @route("GET", "/plugins/plans/<plugin_id>/documentation", answers={200: MARKDOWN})
    async def plan_page(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the documentation of the security of a plan, as Markdown."""
        return self._page("plan", self._catalog.plans, plugin_id)

    @route("GET", "/plugins/plans/<plugin_id>/schema", answers={200: JsonSchema})
    async def plan_schema(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the JSON Schema of the security configuration of a plan."""
        return self._schema("plan", plugin_id)

    @route("GET", "/plugins/policies", answers={200: tuple[Policy, ...]})
    async def policies(self, call: RestCall) -> Reply:
        """Return the policies."""
        return self._all(self._catalog.policies)

    @route("GET", "/plugins/policies/<plugin_id>", answers={200: Policy})
    async def policy(self, call: RestCall, plugin_id: str) -> Reply:
        """Return one policy."""
        return self._one(self._catalog.policies, plugin_id)

    @route(
        "GET",
        "/plugins/policies/<plugin_id>/schema",
        query=(_PROTOCOL, _DISPLAY),
        answers={200: JsonSchema},
    )
    async def policy_schema(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the JSON Schema of the configuration of a policy."""
        call.query.one("display")
        call.query.one("apiProtocolType")
        return self._schema("policy", plugin_id)

    @route(
        "GET",
        "/plugins/policies/<plugin_id>/documentation",
        query=(_PROTOCOL,),
        answers={200: MARKDOWN},
    )
    async def policy_page(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the documentation of a policy, as Markdown."""
        call.query.one("apiProtocolType")
        return self._page("policy", self._catalog.policies, plugin_id)

    @route(
        "GET",
        "/plugins/policies/<plugin_id>/documentation-ext",
        query=(_PROTOCOL,),
        answers={200: Documentation},
    )
    async def policy_document(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the documentation of a policy, and its language."""
        call.query.one("apiProtocolType")
        text = self._text("policy", self._catalog.policies, plugin_id)
        return Reply(200, {"content": text, "language": "MARKDOWN"})

    @route("GET", "/plugins/resources", answers={200: tuple[Plugin, ...]})
    async def resources(self, call: RestCall) -> Reply:
        """Return the types of resources."""
        return self._all(self._catalog.resources)

    @route("GET", "/plugins/resources/<plugin_id>", answers={200: Plugin})
    async def resource(self, call: RestCall, plugin_id: str) -> Reply:
        """Return one type of resource."""
        return self._one(self._catalog.resources, plugin_id)

    @route(
        "GET",
        "/plugins/resources/<plugin_id>/schema",
        query=(_DISPLAY,),
        answers={200: JsonSchema},
    )
    async def resource_schema(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the JSON Schema of the configuration of a resource."""
        call.query.one("display")
        return self._schema("resource", plugin_id)

    @route("GET", "/schemas/<name>", answers={200: JsonSchema})
    async def document_schema(self, call: RestCall, name: str) -> Reply:
        """Return the JSON Schema of an API, a plan or a shared policy group."""
        if name not in DOCUMENTS:
            raise NotFound(
                f"Schema [{name}] cannot be found.", "schema.notFound", {"schema": name}
            )
        return Reply(200, json_schema(DOCUMENTS[name]))

    @route(
        "GET", "/plugins/resources/<plugin_id>/documentation", answers={200: MARKDOWN}
    )
    async def resource_page(self, call: RestCall, plugin_id: str) -> Reply:
        """Return the documentation of a resource, as Markdown."""
        return self._page("resource", self._catalog.resources, plugin_id)

    def _all(self, plugins: Mapping[str, PluginType]) -> Reply:
        return Reply(200, [self._plugin_json(plugin) for plugin in plugins.values()])

    def _one(self, plugins: Mapping[str, PluginType], plugin_id: str) -> Reply:
        if plugin_id not in plugins:
            raise _missing(plugin_id)
        return Reply(200, self._plugin_json(plugins[plugin_id]))

    def _plugin_json(self, plugin: PluginType) -> dict[str, Any]:
        return {**_plugin_json(plugin), "builtIn": plugin not in self._catalog.added}

    def _schema(self, kind: Kind, plugin_id: str) -> Reply:
        return Reply(200, self._schema_of(kind, plugin_id))

    def _page(
        self, kind: Kind, plugins: Mapping[str, PluginType], plugin_id: str
    ) -> Reply:
        text = self._text(kind, plugins, plugin_id)
        return Reply(200, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})

    def _text(
        self, kind: Kind, plugins: Mapping[str, PluginType], plugin_id: str
    ) -> str:
        schema, plugin = self._schema_of(kind, plugin_id), plugins[plugin_id]
        return plugin_pages.page(plugin.name, plugin_pages.sentence(plugin), schema)

    def _information(self, kind: Kind, plugin_id: str) -> Reply:
        told = plugin_pages.description(self._schema_of(kind, plugin_id))
        return Reply(200, {"description": told})

    def _schema_of(self, kind: Kind, plugin_id: str) -> dict[str, Any]:
        try:
            return self._catalog.schema(kind, plugin_id)
        except LookupError:
            raise _missing(plugin_id) from None


def _plugin_json(plugin: PluginType) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": plugin.id,
        "name": plugin.name,
        "description": plugin_pages.sentence(plugin),
        "version": getattr(plugin, "version", "") or __version__,
        "deployed": True,
    }
    if isinstance(plugin, PlanType | ResourceType):
        return shape
    if isinstance(plugin, PolicyType):
        shape["flowPhaseCompatibility"] = {
            "HTTP_PROXY": [phase.upper() for phase in plugin.proxy],
            "HTTP_MESSAGE": [phase.upper() for phase in plugin.message],
        }
        return shape
    shape["supportedApiType"] = plugin.api_type
    shape["supportedModes"] = plugin.modes
    if isinstance(plugin, EntrypointType):
        shape["supportedListenerType"] = plugin.listener
    return shape


def _missing(plugin_id: str) -> NotFound:
    return NotFound(
        f"Plugin [{plugin_id}] cannot be found.",
        "plugin.notFound",
        {"plugin": plugin_id},
    )
