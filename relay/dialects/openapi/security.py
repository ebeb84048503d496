"""
The security of a description: the plans that are proposed for an API.

A plan is proposed for each requirement that a call may fulfil. What a plan needs and
the description does not have is reported, and no plan is proposed then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from relay.dialects.members import Found, Made, Members
from relay.dialects.openapi.references import References
from relay.model.schema.errors import join

Plan = dict[str, Any]
_KEY_SET = ("x-jwks-uri", "x-google-jwks_uri")
"""Extensions with the URL of the keys of tokens."""
_BEARER = "Authorization"


class Plans:
    """
    Proposes the plans of an API.

    :param document: the whole description.
    :param references: within it.
    """

    def __init__(self, document: Members, references: References) -> None:
        self._report = document.report
        self._references = references
        self._at = document.at
        self._made: list[Plan] = []
        self._seen: set[str] = set()
        components = document.object("components")
        schemes = components.take("securitySchemes") if components else None
        self._schemes = schemes or Found({}, join(document.at, "components"))

    def propose(
        self, security: Found | None, operations: list[Found | None]
    ) -> list[Plan]:
        """
        Return the proposed plans.

        :param security: the requirements of the whole API; None when it has none.
        :param operations: the requirements of each operation; None for those of the
            whole API.
        """
        own = [found for found in operations if found is not None]
        if security is not None:
            self._requirements(security)
        elif not own:
            self._add("Open", "KEY_LESS", {}, self._at)
        usual = security
        if usual is None and own and len(own) == len(operations):
            usual = own[0]
            self._requirements(usual)
        for found in own:
            if usual is None or found.value != usual.value:
                self._report.warn(
                    found.at, "is for one operation: a plan is for the whole API"
                )
                self._requirements(found, of_operation=True)
        return self._made

    def _requirements(self, security: Found, of_operation: bool = False) -> None:
        """
        :param of_operation: then no plan is proposed for calls without a credential,
            which would open the whole API.
        """
        if not isinstance(security.value, list):
            self._report.refuse(security.at, "must be a list")
            return
        if not security.value and not of_operation:
            self._add("Open", "KEY_LESS", {}, security.at)
        for number, one in enumerate(security.value):
            at = join(security.at, number)
            if not isinstance(one, Mapping):
                self._report.refuse(at, "must be an object")
            elif not one:
                if not of_operation:
                    self._add("Open", "KEY_LESS", {}, at)
            elif len(one) > 1:
                self._report.warn(
                    at, "needs several credentials at once: no plan is proposed"
                )
            else:
                ((name, scopes),) = one.items()
                self._scheme(str(name), scopes, at)

    def _scheme(self, name: str, scopes: object, at: str) -> None:
        schemes = self._schemes.value
        if not isinstance(schemes, Mapping) or name not in schemes:
            self._report.refuse(at, f"there is no security scheme [{name}]")
            return
        found = Found(schemes[name], join(self._schemes.at, name))
        try:
            found = self._references.resolved(found)
        except LookupError as problem:
            self._report.refuse(found.at, str(problem))
            return
        if not isinstance(found.value, Mapping):
            self._report.refuse(found.at, "must be an object")
            return
        kind = str(found.value.get("type")).lower()
        if kind == "apikey":
            self._api_key(name, found)
        elif kind == "http":
            self._http(name, found, scopes)
        elif kind == "mutualtls":
            self._add(name, "MTLS", {}, found.at)
        elif kind in ("oauth2", "openidconnect"):
            self._token(name, found, scopes)
        else:
            where = join(found.at, "type")
            self._report.refuse(
                where,
                "must be one of apiKey, http, mutualTLS, oauth2, openIdConnect",
            )

    def _api_key(self, name: str, found: Found) -> None:
        place = str(found.value.get("in")).lower()
        where = str(found.value.get("name"))
        options: dict[str, Any]
        if place == "header" and where.lower() == _BEARER.lower():
            options = {"source": "BEARER"}
        elif place == "header":
            options = {
                "source": "HEADER",
                "enableCustomApiKeyHeader": True,
                "apiKeyHeader": where,
            }
        elif place == "query":
            options = {"source": "QUERY_PARAMETER"}
            self._report.warn(
                join(found.at, "name"),
                "the parameter of keys is a setting of the gateway:"
                " gateway.api_key_parameter",
            )
        else:
            self._report.warn(
                join(found.at, "in"),
                "keys are read from a header or the query: no plan is proposed",
            )
            return
        self._add(name, "API_KEY", options, found.at)

    def _http(self, name: str, found: Found, scopes: object) -> None:
        scheme = str(found.value.get("scheme")).lower()
        if scheme == "basic":
            self._add(name, "BASIC", {}, found.at)
        elif scheme == "bearer":
            self._token(name, found, scopes)
        else:
            self._report.warn(
                join(found.at, "scheme"),
                f"there is no plan for the scheme {scheme}: none is proposed",
            )

    def _token(self, name: str, found: Found, scopes: object) -> None:
        keys = next(
            (found.value[each] for each in _KEY_SET if found.value.get(each)), None
        )
        if not isinstance(keys, str):
            self._report.warn(
                found.at,
                "the keys of the tokens are not in the description (x-jwks-uri), and"
                " neither is a server that knows the tokens: no plan is proposed; add"
                " one of type JWT or OAUTH2",
            )
            return
        options: dict[str, Any] = {
            "signature": "RSA_RS256",
            "publicKeyResolver": "JWKS_URL",
            "resolverParameter": keys,
        }
        issuer = found.value.get("x-google-issuer")
        if isinstance(issuer, str):
            options["expectedIssuers"] = [issuer]
        audiences = found.value.get("x-google-audiences")
        if isinstance(audiences, str):
            options["expectedAudiences"] = [
                one.strip() for one in audiences.split(",") if one.strip()
            ]
        if isinstance(scopes, list) and scopes:
            options["checkRequiredScopes"] = True
            options["requiredScopes"] = [str(one) for one in scopes]
        self._add(name, "JWT", options, found.at)

    def _add(
        self, name: str, kind: str, configuration: dict[str, Any], at: str
    ) -> None:
        key = json.dumps([kind, configuration], sort_keys=True)
        if key in self._seen:
            return
        self._seen.add(key)
        number = len(self._made)
        plan = Made(join("plans", number), self._report, at)
        plan.value |= {
            "definitionVersion": "V4",
            "name": _free(name, self._made),
            "mode": "STANDARD",
            "status": "STAGING",
            "security": {"type": kind, "configuration": configuration},
        }
        self._made.append(plan.value)


def _free(name: str, plans: list[Plan]) -> str:
    """Return the name, with a number when another plan has it."""
    taken = {plan["name"] for plan in plans}
    names: Iterator[str] = (
        name if number == 1 else f"{name} {number}" for number in range(1, 1000)
    )
    return next(one for one in names if one not in taken)
