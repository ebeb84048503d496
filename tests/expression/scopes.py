"""The variables of expressions in tests."""

from __future__ import annotations

from relay.expression.nodes import Scope
from relay.expression.values import Lookup, Value


class HeaderNames(Lookup):
    """Headers by names of any case.

    :param headers: by lower-case names.
    """

    def __init__(self, headers: dict[str, list[str]]) -> None:
        self.headers = headers

    def get(self, name: str) -> Value:
        """Return the values of a header."""
        return self.headers.get(name.lower())

    def names(self) -> list[str]:
        """List them."""
        return list(self.headers)


MESSAGE: Value = {
    "id": "7",
    "type": "order",
    "content": '{"items":[{"price":3},{"price":5}],"to":"ann"}',
    "jsonContent": {"items": [{"price": 3}, {"price": 5}], "to": "ann"},
    "headers": {"kind": "big"},
}
SUBSCRIBER: Scope = {
    "request": {
        "method": "GET",
        "path": "/orders/7",
        "headers": HeaderNames({"x-tenant": ["ann", "bob"], "accept": ["*/*"]}),
        "params": {"limit": ["10"], "flag": [""]},
    },
    "context": {"attributes": {"plan": "gold", "count": 3, "ratio": 0.5}},
    "endpoints": {"blue": "blue:"},
}
EVERYTHING: Scope = {**SUBSCRIBER, "message": MESSAGE, "response": {"status": 200}}
