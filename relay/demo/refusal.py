"""The error envelope of the demo source, in the shape Ably answers with."""

from __future__ import annotations

import json
from dataclasses import dataclass

BAD_REQUEST = 40000
INVALID_BODY = 40001
INVALID_PARAMETER = 40003
TOO_LONG = 40009
INVALID_CHANNEL = 40010
INVALID_DATA = 40013
UNAUTHORIZED = 40101
NOT_FOUND = 40400
METHOD_NOT_ALLOWED = 40500


@dataclass(eq=False)
class DemoRefusal(Exception):
    """A request that is answered with an error."""

    status: int
    """HTTP status."""
    code: int
    """Ably's error code, the reason within the status."""
    message: str
    """One sentence; it names the field at fault and never repeats a secret."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Further response headers, such as ``Allow``."""

    def body(self) -> bytes:
        """The JSON error envelope."""
        error = {
            "message": self.message,
            "code": self.code,
            "statusCode": self.status,
            "href": f"https://help.ably.io/error/{self.code}",
        }
        return json.dumps({"error": error}).encode("ascii")


def bad_parameter(field_name: str, why: str) -> DemoRefusal:
    """A 400 for one query parameter."""
    return DemoRefusal(400, INVALID_PARAMETER, f"{field_name}: {why}")
