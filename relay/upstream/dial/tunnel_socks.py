"""SOCKS5 (RFC 1928) with and without a password (RFC 1929), sans IO.

socksio builds and parses the messages, but needs each of them complete; this module
determines where they end.
"""

from __future__ import annotations

from typing import Final

from socksio import (
    ProtocolError,
    SOCKS5AuthMethod,
    SOCKS5AuthMethodsRequest,
    SOCKS5AuthReply,
    SOCKS5Command,
    SOCKS5CommandRequest,
    SOCKS5Connection,
    SOCKS5ReplyCode,
    SOCKS5UsernamePasswordRequest,
)
from socksio.socks5 import SOCKS5State, SOCKS5UsernamePasswordReply

from relay.upstream.dial.negotiation import TunnelError, TunnelTarget

_LONGEST: Final = 255
_ADDRESS_BYTES: Final = {1: 4, 4: 16}

_REFUSALS: Final = {
    SOCKS5ReplyCode.GENERAL_SERVER_FAILURE: "general failure",
    SOCKS5ReplyCode.CONNECTION_NOT_ALLOWED_BY_RULESET: "not allowed by its rules",
    SOCKS5ReplyCode.NETWORK_UNREACHABLE: "network unreachable",
    SOCKS5ReplyCode.HOST_UNREACHABLE: "host unreachable",
    SOCKS5ReplyCode.CONNECTION_REFUSED: "connection refused",
    SOCKS5ReplyCode.TTL_EXPIRED: "the way to the host is too long",
    SOCKS5ReplyCode.COMMAND_NOT_SUPPORTED: "it does not know CONNECT",
    SOCKS5ReplyCode.ADDRESS_TYPE_NOT_SUPPORTED: "it does not know this kind of address",
}


class SocksNegotiation:
    """Requests a tunnel from a SOCKS5 proxy, which also resolves names.

    :raises ValueError: when the credentials cannot be sent.
    """

    def __init__(
        self,
        target: TunnelTarget,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self.rest: bytes | None = None
        self._target = target
        self._credentials: SOCKS5UsernamePasswordRequest | None = None
        if username:
            pair = username.encode(), (password or "").encode()
            if max(map(len, pair)) > _LONGEST:
                raise ValueError(
                    f"a SOCKS5 user name or password has at most {_LONGEST} bytes"
                )
            self._credentials = SOCKS5UsernamePasswordRequest(*pair)
        self._connection = SOCKS5Connection()
        self._buffer = bytearray()

    def start(self) -> bytes:
        """Offer the methods of authentication."""
        methods = [SOCKS5AuthMethod.NO_AUTH_REQUIRED]
        if self._credentials is not None:
            methods.append(SOCKS5AuthMethod.USERNAME_PASSWORD)
        self._connection.send(SOCKS5AuthMethodsRequest(methods))
        return self._connection.data_to_send()

    def receive(self, data: bytes) -> bytes:
        """Answer each message of the proxy as it becomes complete."""
        buffer = self._buffer
        buffer += data
        answer = b""
        while self.rest is None and len(buffer) >= (length := self._next_length()):
            message = bytes(buffer[:length])
            del buffer[:length]
            try:
                self._answer(message)
            except ProtocolError:
                raise _malformed() from None
            answer += self._connection.data_to_send()
        return answer

    def _next_length(self) -> int:
        if self._connection.state != SOCKS5State.CLIENT_AUTHENTICATED:
            return 2
        buffer = self._buffer
        if len(buffer) < 5:
            return 5
        kind = buffer[3]
        if kind == 3:
            return 7 + buffer[4]
        if kind not in _ADDRESS_BYTES:
            raise _malformed()
        return 6 + _ADDRESS_BYTES[kind]

    def _answer(self, message: bytes) -> None:
        state = self._connection.state
        version = 1 if state == SOCKS5State.SERVER_VERIFY_USERNAME_PASSWORD else 5
        if message[0] != version:
            raise _malformed()
        reply = self._connection.receive_data(message)
        if isinstance(reply, SOCKS5AuthReply):
            self._authenticate(reply.method)
        elif isinstance(reply, SOCKS5UsernamePasswordReply):
            if not reply.success:
                raise TunnelError("the proxy refused the user name and password")
            self._ask()
        elif reply.reply_code == SOCKS5ReplyCode.SUCCEEDED:
            self.rest = bytes(self._buffer)
        else:
            words = _REFUSALS[reply.reply_code]
            raise TunnelError(f"the proxy refused the tunnel: {words}")

    def _authenticate(self, method: SOCKS5AuthMethod) -> None:
        if method == SOCKS5AuthMethod.NO_AUTH_REQUIRED:
            self._ask()
        elif method == SOCKS5AuthMethod.NO_ACCEPTABLE_METHODS:
            if self._credentials is None:
                raise TunnelError("the proxy requires a user name and password")
            raise TunnelError(
                "the proxy requires another authentication than a password"
            )
        elif (
            method == SOCKS5AuthMethod.USERNAME_PASSWORD
            and self._credentials is not None
        ):
            self._connection.send(self._credentials)
        else:
            raise _malformed()

    def _ask(self) -> None:
        self._connection.send(
            SOCKS5CommandRequest.from_address(
                SOCKS5Command.CONNECT, (self._target.host, self._target.port)
            )
        )


def _malformed() -> TunnelError:
    return TunnelError("the proxy's answer is not SOCKS5")
