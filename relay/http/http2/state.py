"""The settings that an HTTP/2 client receives, and the library's state."""

from __future__ import annotations

from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import Event, TrailersReceived
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame

from relay.http.http2.head import check_trailers
from relay.http.refusals import Refusal

STREAM_WINDOW_BYTES = 262_144
"""The window of one stream: how much of an upload may wait for a slow upstream."""
CONNECTION_WINDOW_BYTES = 1_048_576
"""The window of one connection, for all its streams."""
LONGEST_HEAD_BYTES = 65_536
"""A longer head than the limit is read up to this size, and refused with a 431."""
NO_LIMIT = 2**31 - 1
STREAMS_BETWEEN_LOOKS = 64


class Http2State(H2Connection):
    """
    The state of one connection, the server's side.

    :param max_streams: how many streams the client may have at once.
    :param most_head_bytes: how long a head may be (``SETTINGS_MAX_HEADER_LIST_SIZE``).
    """

    MAX_CLOSED_STREAMS = 1000
    """How many streams that are over are remembered, for frames that come late."""

    def __init__(self, max_streams: int, most_head_bytes: int) -> None:
        # The library ends the connection for one malformed head; head.py, which
        # checks the same and more, ends the stream.
        super().__init__(
            H2Configuration(
                client_side=False,
                header_encoding=None,
                validate_inbound_headers=False,
                normalize_inbound_headers=False,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        self._looks = 0
        self._wrong_trailers: dict[int, Refusal | None] = {}
        self._told = {
            SettingCodes.MAX_CONCURRENT_STREAMS: max_streams,
            SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW_BYTES,
            SettingCodes.MAX_HEADER_LIST_SIZE: most_head_bytes,
        }
        self.local_settings = Settings(client=False, initial_values=self._told)
        self.decoder.max_header_list_size = most_head_bytes

    def receive_data(self, data: Any) -> list[Event]:
        """Read frames, and check the trailers in them."""
        events = super().receive_data(data)
        self._wrong_trailers = {
            event.stream_id: check_trailers(event.headers or ())
            for event in events
            if isinstance(event, TrailersReceived)
        }
        return events

    def wrong_trailers(self, stream_id: int) -> Refusal | None:
        """
        Return the refusal of malformed trailers; None without them.

        :param stream_id: a stream that ended in the bytes received last.
        """
        return self._wrong_trailers.get(stream_id)

    def initiate_connection(self) -> None:
        """Send the connection preface, and open the window of the connection."""
        super().initiate_connection()
        # The client is sent the limit, and Http2Connection refuses a stream beyond it.
        # The library would close the connection.
        unlimited = {**self._told, SettingCodes.MAX_CONCURRENT_STREAMS: NO_LIMIT}
        self.local_settings = Settings(client=False, initial_values=unlimited)
        self.increment_flow_control_window(
            CONNECTION_WINDOW_BYTES - self.inbound_flow_control_window
        )

    def announce_end(self) -> None:
        """
        Send GOAWAY: no more requests are accepted (RFC 9113, 6.8).

        The method of the library also ends the connection; here open streams continue.
        """
        frame = GoAwayFrame(0)
        frame.last_stream_id = self.highest_inbound_stream_id
        self._prepare_for_sending([frame])

    def has_window(self, stream_id: int) -> bool:
        """
        Whether the windows of a stream and of the connection have room.

        :param stream_id: the stream's number; one that is over has none.
        """
        try:
            return bool(self.local_flow_control_window(stream_id) > 0)
        except ProtocolError:
            return False

    def _begin_new_stream(self, stream_id: int, allowed_ids: Any) -> Any:
        stream = super()._begin_new_stream(stream_id, allowed_ids)
        # A body that contradicts its Content-Length is an error of the stream, which
        # Http2Stream handles (RFC 9113, 8.1.1). The library would close the connection.
        stream._initialize_content_length = _expect_no_length  # type: ignore[method-assign]
        return stream

    @property
    def open_inbound_streams(self) -> int:
        """
        Return nothing to count: the connection itself limits the streams.

        It would walk through all streams for each new one, to count them, and on its
        way forget those that are over. The latter is done now and then.
        """
        self._looks += 1
        if self._looks % STREAMS_BETWEEN_LOOKS == 0:
            _ = super().open_inbound_streams
        return 0


def close_state(state: H2Connection) -> None:
    """
    Free the state of a connection that is gone: it keeps methods of its own.

    :param state: it takes no frame any more.
    """
    state._frame_dispatch_table.clear()


def _expect_no_length(headers: object) -> None:
    """Ignore the ``Content-Length`` of a head."""
