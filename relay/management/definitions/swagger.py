"""Import APIs from descriptions by OpenAPI."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from relay.dialects.document import read_documents
from relay.dialects.draft import Draft
from relay.dialects.finding import Finding, Refused
from relay.dialects.openapi.description import Wanted, read_description
from relay.management.definitions.resource import WAIVE, Fetch, Imports
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.shapes.definitions import Imported
from relay.model.schema import unsupported
from relay.model.schema.base import Options
from relay.model.schema.spellings import respelled
from relay.model.schema.types.scalars import Flag, Upper
from relay.store.store import Store

_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_SPELLINGS = {
    "with_documentation": "withDocumentation",
    "with_path_mapping": "withPathMapping",
    "with_policies": "withPolicies",
    "with_policy_paths": "withPolicyPaths",
}


class Description(Options):
    """A description by OpenAPI 3.0 or 3.1, and what of it is imported."""

    payload: Annotated[str, Field(min_length=1)]
    """The description in JSON or YAML, or its URL."""
    type: Annotated[Literal["INLINE", "URL"], Upper] = "INLINE"
    """What `payload` is; one that is a URL only is always read as such."""
    format: Annotated[Literal["API"], Upper] = "API"
    """What the description is of."""
    with_policy_paths: Flag = False
    """Makes a flow without steps for each operation."""
    with_path_mapping: Flag = False
    """Makes a path mapping for each path."""
    with_documentation: Annotated[
        Any,
        unsupported.refused(unsupported.anything, "an API of Relay has no pages"),
    ] = None
    with_oas_validation_policy: Annotated[
        Any,
        Field(alias="withOASValidationPolicy"),
        unsupported.refused(
            unsupported.anything, "bodies are not validated by the description"
        ),
    ] = None
    with_policies: Annotated[
        Any,
        unsupported.refused(
            unsupported.anything, "no policy is configured from the description"
        ),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _of_the_older_api(cls, body: Any) -> Any:
        return respelled(body, _SPELLINGS)

    @property
    def url(self) -> str | None:
        """The URL of the description; None when it is the payload itself."""
        text = self.payload.strip()
        return text if self.type == "URL" or _URL.fullmatch(text) else None


class SwaggerImports:
    """
    The resource family of imports from descriptions.

    :param imports: creates the APIs.
    :param fetch: gets documents from URLs.
    """

    def __init__(self, store: Store, imports: Imports, fetch: Fetch) -> None:
        self._store = store
        self._imports = imports
        self._fetch = fetch

    @route(
        "POST",
        "/apis/_import/swagger",
        query=(WAIVE,),
        body=Body.REQUIRED,
        reads=Description,
        answers={201: Imported},
    )
    async def description(self, call: RestCall) -> Reply:
        """Create a PROXY API from a description by OpenAPI, or nothing.

        Its plans are proposals in the state `STAGING`: they admit nobody until they
        are published."""
        asked = bodies.read(Description, call.body)
        url = asked.url
        content = (
            asked.payload.encode("utf-8", "surrogatepass")
            if url is None
            else await self._fetch(url)
        )
        wanted = Wanted(asked.with_policy_paths, asked.with_path_mapping, url or "")
        draft = await self._store.read(lambda tx: _read(content, wanted))
        return await self._imports.create(call, draft)


def _read(content: bytes, wanted: Wanted) -> Draft:
    documents = read_documents(content, number_keys=True)
    if len(documents) > 1:
        why = "must be one description, not several documents"
        raise Refused([Finding("", "severe", why)])
    (document,) = documents
    try:
        draft = read_description(document.value, wanted)
    except Refused as refused:
        raise Refused(
            replace(one, line=document.line_of(one.path)) for one in refused.findings
        ) from None
    draft.document = document
    return draft
