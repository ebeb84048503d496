"""The forms that the URL of the store may have."""

import re
from urllib.parse import parse_qsl

FORMS = "sqlite:///PATH or postgresql+psycopg://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE"
"""The forms, for messages."""
_SQLITE = re.compile(r"sqlite:///[^?]+")
_POSTGRESQL = re.compile(
    r"postgresql\+psycopg://"
    r"(?P<user>[^\s/@?#]*@)?(?P<hosts>[^\s/@?#]*)"
    r"/(?P<database>[^\s/@?#]+)(?:\?(?P<options>[^\s#]*))?"
)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
OPTIONS = frozenset(
    name
    for line in (
        "application_name channel_binding connect_timeout gssencmode host hostaddr",
        "keepalives keepalives_count keepalives_idle keepalives_interval krbsrvname",
        "load_balance_hosts options passfile port require_auth",
        "ssl_max_protocol_version ssl_min_protocol_version sslcert sslcertmode",
        "sslcrl sslcrldir sslkey sslmode sslnegotiation sslrootcert sslsni",
        "target_session_attrs tcp_user_timeout",
    )
    for name in line.split()
)
"""The options of a PostgreSQL URL: those parameters of libpq that concern the
connection, and not what runs on it."""


def store_url(text: str) -> str:
    """
    Check the form of a URL.

    :raises ValueError: with the reason. It does not repeat the URL, which may hold a
        password.
    """
    if _SQLITE.fullmatch(text):
        return text
    found = _POSTGRESQL.fullmatch(text)
    if found is None:
        raise ValueError(f"must have the form {FORMS}")
    if _BAD_ESCAPE.search(text):
        raise ValueError("has a % that does not begin an escape, such as %25 for %")
    options = found["options"]
    try:
        given = parse_qsl(options, True, strict_parsing=True) if options else []
    except ValueError:
        raise ValueError("has options that are not NAME=VALUE pairs") from None
    names = [name for name, _ in given]
    unknown = sorted(set(names) - OPTIONS)
    if unknown:
        raise ValueError(f"has the option {unknown[0]!r}, which is not supported")
    if len(set(names)) < len(names):
        raise ValueError("has an option twice")
    if not found["hosts"] and "host" not in names:
        raise ValueError("must name a host, or a directory of sockets as ?host=")
    return text
