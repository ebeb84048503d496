"""Definitions as files: what each dialect says, in the JSON of the management API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from relay.dialects.automation import Automation
from relay.dialects.crd import (
    CrdApiV2,
    CrdApiV4,
    CrdApplication,
    CrdPolicyGroup,
    CrdSubscription,
    is_resource,
)
from relay.dialects.dialect import Dialect
from relay.dialects.document import Document, read_documents
from relay.dialects.draft import Draft
from relay.dialects.finding import Finding, Refused
from relay.dialects.terraform import Terraform
from relay.dialects.v2.dialect import VERSION_2
from relay.dialects.v4_export import V4Export
from relay.dialects.v4_flat import V4Flat
from relay.dialects.v4_gateway import V4Gateway
from relay.model.schema.errors import join

__all__ = ["DIALECTS", "detect", "read"]

DIALECTS: tuple[Dialect, ...] = (
    CrdApiV4(),
    CrdApiV2(),
    CrdApplication(),
    CrdSubscription(),
    CrdPolicyGroup(),
    *VERSION_2,
    V4Export(),
    Terraform(),
    Automation(),
    V4Gateway(),
    V4Flat(),
)
"""All dialects that are read, those first that say more of what they are."""
_INTERFACES = ("openapi", "swagger")


def detect(value: object) -> Dialect | None:
    """
    Return the dialect in which a document is written; None for an unknown one.

    :param value: of the document.
    """
    if not isinstance(value, dict):
        return None
    return next((one for one in DIALECTS if one.recognises(value)), None)


def read(content: bytes) -> list[Draft]:
    """
    Read all definitions of a file.

    :param content: the whole file, as of :func:`read_documents`.
    :returns: at least one draft, in the order of the file.
    :raises Refused: when the file, or a document of it, cannot be read.
    """
    drafts: list[Draft] = []
    notes: list[Finding] = []
    problems: list[Finding] = []
    documents = read_documents(content)
    for document in documents:
        dialect = detect(document.value)
        if dialect is not None:
            try:
                draft = dialect.read(document.value, document.at)
            except Refused as refused:
                problems += (
                    replace(one, line=one.line or document.line_of(one.path))
                    for one in refused.findings
                )
                continue
            draft.document = document
            drafts.append(draft)
        elif isinstance(document.value, dict) and is_resource(document.value):
            kind = document.value["kind"]
            notes.append(Finding(document.at, "warning", f"{kind}: nothing to import"))
        elif document.value is not None or len(documents) == 1:
            problems += _unknown(document)
    if not drafts and not problems:
        problems.append(Finding("", "severe", "the file has nothing to import"))
    if problems:
        raise Refused(problems)
    drafts[0].findings += notes
    return drafts


def _unknown(document: Document) -> Iterator[Finding]:
    value, at = document.value, document.at
    if not isinstance(value, dict):
        yield Finding(at, "severe", "must be an object")
        return
    for name in _INTERFACES:
        if name in value:
            yield Finding(
                join(at, name),
                "severe",
                "the file describes an interface, and has no plans and no endpoint"
                " groups: import it with POST /apis/_import/swagger",
                document.line_of(name),
            )
            return
    yield Finding(at, "severe", "is no definition in a dialect that is known")
