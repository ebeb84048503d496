"""The target of an endpoint, and the request-targets of upstream requests."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from relay.model.schema.types.request_target import RequestTarget
from relay.upstream.dial.dialer import Origin


@dataclass(frozen=True)
class Target:
    """
    The ``target`` of an endpoint, parsed once for a deployment.

    :param path: of the target; may be empty.
    :param query: the query parameters of the target, raw, in order.
    """

    origin: Origin
    path: bytes
    query: tuple[bytes, ...]

    @classmethod
    def parse(cls, url: str) -> Target:
        """
        Parse a URL.

        :param url: an ``http`` or ``https`` URL, ASCII, without userinfo.
        """
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        return cls(
            Origin(secure, parts.hostname or "", port),
            # A path "/" counts as empty: joined to "/a" it would make "//a".
            b"" if parts.path == "/" else parts.path.encode("ascii"),
            tuple(p for p in parts.query.encode("ascii").split(b"&") if p),
        )

    @property
    def shown(self) -> str:
        """The URL for logs and REST, without the query, which may contain secrets."""
        scheme = "https" if self.origin.secure else "http"
        place = (self.path or b"/").decode("ascii")
        return f"{scheme}://{self.origin.authority.decode('ascii')}{place}"

    def request_target(self, asked: RequestTarget, with_own: bool = True) -> bytes:
        """
        Join the rest of the client's path, and its query, with those of the target.

        Paths are concatenated. The client's parameters keep their order; a parameter of
        the target is inserted after the client's last one of the same name, or at the
        end. No byte of either is changed.

        :param asked: the part after the context-path, and the client's query.
        :param with_own: whether the parameters of the target are added.
        """
        joined, query = self.path + asked.path or b"/", asked.query
        if not joined.startswith(b"/"):
            joined = b"/" + joined
        if self.query and with_own:
            query = self._merge(query)
        return joined if query is None else joined + b"?" + query

    def _merge(self, query: bytes | None) -> bytes:
        if not query:
            return b"&".join(self.query)
        merged = query.split(b"&")
        names = [parameter.partition(b"=")[0] for parameter in merged]
        for parameter in self.query:
            name = parameter.partition(b"=")[0]
            last = len(names)
            for index in range(len(names) - 1, -1, -1):
                if names[index] == name:
                    last = index + 1
                    break
            merged.insert(last, parameter)
            names.insert(last, name)
        return b"&".join(merged)
