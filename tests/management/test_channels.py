"""The channels of a MESSAGE API by REST."""

from __future__ import annotations

from tests.management.harness import ManagementCase


class ChannelTests(ManagementCase):
    """What the gateway is asked for, and for which APIs."""

    async def test_no_gateway_no_channels(self) -> None:
        """An API that is served nowhere has none; one that is not there is a 404."""
        await self.refused(404, "api.notFound", "GET", "/apis/none/channels")
