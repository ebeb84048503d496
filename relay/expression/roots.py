"""The variables of expressions, and their members."""

from __future__ import annotations

OPEN: frozenset[str] = frozenset()
"""Of a variable whose members are not fixed."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


PRINCIPAL = _names(
    """
    attributes businessCategory c cn countryOfCitizenship countryOfResidence dateOfBirth
    dc defined description dmdName dn dnQualifier e emailAddress gender generation
    givenname initials l name nameAtBirth o organizationIdentifier ou placeOfBirth
    postalAddress postalCode pseudonym role serialnumber st street surname t
    telephoneNumber uid uniqueIdentifier unstructuredAddress
    """
)
"""The members of the subject of a certificate."""

MEMBERS: dict[str, frozenset[str]] = {
    "request": _names(
        """
        id transactionId uri path paths pathInfo pathInfos contextPath params pathParams
        headers method scheme host version timestamp remoteAddress localAddress ssl
        """
    ),
    "request.ssl": _names("client clientHost clientPort server"),
    "request.ssl.client": PRINCIPAL,
    "request.ssl.server": PRINCIPAL,
    "response": _names("status headers"),
    "context": _names("attributes"),
    "message": _names(
        """
        id type topic timestamp content jsonContent headers metadata attributes
        contentLength
        """
    ),
    "api": _names("id name version properties"),
    "plan": _names("id name"),
    "application": _names("id"),
    "subscription": _names("id type clientId applicationName metadata"),
    "node": _names("version tenant"),
    "endpoints": OPEN,
    "properties": OPEN,
    "group": OPEN,
    "groupName": OPEN,
    "keyId": OPEN,
    "calloutResponse": _names("status content headers"),
    "parameters": OPEN,
    "error": _names("key message cause status statusCode parameters"),
}
"""The members of variables and of their members; any name is allowed where none are
listed."""

ROOTS = frozenset(name for name in MEMBERS if "." not in name)
"""The names of the variables."""

HELD = frozenset(
    f"{side}.{member}"
    for side in ("request", "response")
    for member in ("content", "jsonContent", "xmlContent")
)
"""Members of Gravitee's that need a gateway which buffers bodies."""

BODIES = frozenset(("request.content", "request.jsonContent"))
"""Those that texts of policies which hold the body of the request may read."""

REFUSED = {
    "dictionaries": "there are no dictionaries; use the properties of the API",
    "secrets": "there are no secret providers",
}
"""Variables and members of Gravitee's that are refused, with the reason."""
