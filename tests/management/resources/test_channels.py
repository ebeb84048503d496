"""The channels of a MESSAGE API by REST."""

from __future__ import annotations

from relay.management.access.identity import Identity
from relay.management.http.query import Query
from relay.management.http.routing import RestCall
from relay.management.resources.channels import Channels
from relay.model.role import Role
from tests.management.harness import ManagementCase


class ChannelTests(ManagementCase):
    """The channels of an API, as the gateway reports them."""

    async def test_no_gateway_no_channels(self) -> None:
        """An API that is served nowhere has none; one that is not there is a 404."""
        await self.refused(404, "api.notFound", "GET", "/apis/none/channels")

    async def test_names_of_topics_are_for_administrators(self) -> None:
        """Only administrators see the names of topics."""
        api_id = await self.create()
        shown = {"channel": "digest", "topic": "news", "health": "NO_SOURCE"}
        channels = Channels(self.store, lambda api_id: [dict(shown)])
        for role in Role:
            identity = Identity("joan", role)
            call = RestCall("", "", Query({}, ()), None, None, identity)
            reply = await channels.channels(call, api_id)
            expected = dict(shown)
            if role is not Role.ADMIN:
                del expected["topic"]
            self.assertEqual(reply.body, {"data": [expected]})
