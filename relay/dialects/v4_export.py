"""The dialect ``v4-export``: what ``_export/definition`` answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.dialects.draft import Draft
from relay.dialects.finding import Finding
from relay.dialects.v4_members import read_api
from relay.model.schema.errors import join
from relay.model.schema.reading import did_you_mean

_PICTURES = {"apiPicture": "picture", "apiBackground": "background"}
_BESIDE = ("pages", "metadata", "members")
_MEMBERS = ("api", "plans", "export", "apiMedia", *_BESIDE, *_PICTURES)


class V4Export:
    """An API with its plans, pages, metadata, members and pictures."""

    name = "v4-export"

    def recognises(self, document: Mapping[str, Any]) -> bool:
        """Return whether the object is a v4 API in a member ``api``."""
        api = document.get("api")
        return isinstance(api, Mapping) and "proxy" not in api

    def read(self, document: Mapping[str, Any], at: str = "") -> Draft:
        """Read the API and what is beside it."""
        draft = read_api(
            document.get("api"),
            join(at, "api"),
            self.name,
            document.get("plans"),
            join(at, "plans"),
        )
        draft.leave_state()
        for name in document:
            where = join(at, name)
            if name in _BESIDE and document[name]:
                draft.body[name] = document[name]
                draft.origins.put(name, where)
                _warn(draft, where, "is stored, and has no effect")
            elif name in _PICTURES and document[name]:
                draft.body[_PICTURES[name]] = document[name]
                draft.origins.put(_PICTURES[name], where)
            elif name == "apiMedia" and document[name]:
                _warn(draft, where, "is not supported: pages in Relay have no media")
            elif name not in _MEMBERS:
                hint = did_you_mean(name, _MEMBERS)
                _warn(draft, where, f"unknown field{hint}; left out")
        return draft


def _warn(draft: Draft, where: str, message: str) -> None:
    draft.findings.append(Finding(where, "warning", message))
