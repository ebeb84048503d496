"""The body of a call: from a file, from options, or from both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.cli.errors import Failed
from relay.cli.objects.family import Body, Member


def from_file(file: str) -> Body:
    """
    Read an object in JSON or YAML.

    :param file: a path, or ``-`` for the standard input.
    :raises Failed: if it cannot be read, or is not one object.
    """
    from relay.cli.definitions.files import read_file
    from relay.dialects.document import read_documents
    from relay.dialects.finding import Refused

    content = read_file(file)
    try:
        documents = read_documents(content)
    except Refused as error:
        raise Failed(f"{file} cannot be read", [*map(_told, error.findings)]) from error
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise Failed(f"{file} must have exactly one object")
    return dict(documents[0].value)


def with_options(
    body: Body, members: tuple[Member, ...], given: Mapping[str, Any]
) -> Body:
    """
    Put the values of options into a body.

    :param given: by the names of the arguments; what is None was not given.
    """
    for member in members:
        value = given.get(member.key)
        if value is None or value == ():
            continue
        *above, last = member.path.split(".")
        place = body
        for name in above:
            place = place.setdefault(name, {})
        place[last] = value
    return body


def _told(finding: Any) -> str:
    line = f"line {finding.line}: " if finding.line else ""
    return f"{line}{finding}"
