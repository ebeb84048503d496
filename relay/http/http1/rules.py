"""
Rules for the heads and trailers of HTTP/1.1 requests, as strict as those of nginx,
HAProxy and Apache httpd (RFC 9112, 3, 5 and 6).
"""

from __future__ import annotations

import re

_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""What no field value holds (RFC 9110, 5.5): all controls but the tab."""
_FIELD = re.compile(
    rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[\t\x20-\x7e\x80-\xff]*+",
)
REQUEST_LINE = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]++) ([\x21-\xb0]++) (HTTP/1\.[01])"
)
"""A method, a request-target and a version. Which bytes a target may hold is checked
where all requests are, those of HTTP/2 included."""


def is_field_value(value: bytes) -> bool:
    """
    Whether a header or a trailer may have a value.

    :param value: without the white space around it.
    """
    return _CONTROLS.search(value) is None


def is_field_line(line: bytes) -> bool:
    """
    Whether a line is a field: a name, a colon and a value.

    :param line: without its end.
    """
    return _FIELD.fullmatch(line) is not None
