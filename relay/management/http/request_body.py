"""The bodies of requests, by what a route takes."""

from __future__ import annotations

import enum

from relay.management.http.answers import JSON, JSON_PATCH, PATCHES, YAML
from relay.management.http.errors import BadRequest, UnsupportedMediaType
from relay.management.http.json_body import parse
from relay.management.http.patches import JsonPatch, MergePatch
from relay.management.http.request import ManagementRequest


class Body(enum.Enum):
    """The request body of a path."""

    IGNORED = enum.auto()
    """Any JSON is accepted, since clients send ``{}`` with actions."""
    REQUIRED = enum.auto()
    OPTIONAL = enum.auto()
    PATCH = enum.auto()
    """A merge patch or a JSON Patch, which the method gets as a
    :class:`~relay.management.http.patches.Patch`."""
    FILE = enum.auto()
    """JSON or YAML, as bytes: the method parses it."""
    TEXT = enum.auto()
    """Plain text."""


TAKEN = {
    Body.PATCH: PATCHES,
    Body.FILE: (JSON, YAML, "application/x-yaml"),
    Body.TEXT: ("text/plain",),
}
"""The media types of bodies; JSON alone for the others."""


def read_body(request: ManagementRequest, wanted: Body) -> object:
    """
    Read the body of a request, which has arrived.

    :param wanted: what its route takes.
    :returns: JSON; bytes for a file, text, or a patch; None without a body.
    :raises BadRequest: when it is not what is wanted, or is needed and missing.
    :raises UnsupportedMediaType: when it has another Content-Type.
    """
    assert request.content is not None
    content = request.content.read()
    if not content:
        if wanted not in (Body.IGNORED, Body.OPTIONAL):
            raise BadRequest(
                f"{_NEEDED.get(wanted, 'A JSON body')} is required", "body.missing"
            )
        return None
    kind = _check_type(request, TAKEN.get(wanted, (JSON,)))
    if wanted is Body.FILE:
        return content
    if wanted is Body.TEXT:
        return _text(content)
    if wanted is Body.PATCH:
        return (JsonPatch if kind == JSON_PATCH else MergePatch)(parse(content))
    value = parse(content)
    if value is None and wanted is Body.REQUIRED:
        raise BadRequest("A JSON body is required, not null", "body.missing")
    return value


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8", "body.invalid") from None


def _check_type(request: ManagementRequest, accepted: tuple[str, ...]) -> str:
    """Return the media type of a body."""
    sent = request.getHeader("Content-Type") or ""
    kind, *parameters = (part.strip().lower() for part in sent.split(";"))
    coding = (request.getHeader("Content-Encoding") or "identity").strip().lower()
    # A page of another site can send other types without a preflight request.
    if (
        kind not in accepted
        or any(p and p not in _UTF_8 for p in parameters)
        or coding != "identity"
    ):
        takes = " or ".join(accepted)
        raise UnsupportedMediaType(
            f"The body must have Content-Type {takes}, in UTF-8 and not compressed",
            "mediaType.unsupported",
            headers={"Accept-Patch": ", ".join(accepted)}
            if accepted is PATCHES
            else {},
        )
    return kind


_NEEDED = {Body.FILE: "A definition", Body.TEXT: "A body of plain text"}
_UTF_8 = ("charset=utf-8", 'charset="utf-8"')
