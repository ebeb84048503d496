"""The documentation is true: its examples are accepted, its tables complete."""

from __future__ import annotations

import json
import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.catalog import builtin
from relay.model.base import Value
from relay.model.channel_options import ChannelOptions, SlowConsumerOptions
from relay.model.message_options import (
    HttpGetOptions,
    HttpPostOptions,
    SseEntrypointOptions,
    WebsocketOptions,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "message-apis.md"


class MessageApiPageTests(SynchronousTestCase):
    """docs/message-apis.md."""

    def test_every_example_is_accepted(self) -> None:
        """As it stands."""
        examples = re.findall(r"(?s)```json\n(.*?)```", PAGE.read_text())
        self.assertGreater(len(examples), 3)
        for example in examples:
            definition = builtin().parse_api(json.loads(example))
            self.assertEqual(definition.type, "MESSAGE")

    def test_every_option_is_told(self) -> None:
        """By its name in definitions."""
        page = PAGE.read_text()
        models: tuple[type[Value], ...] = (
            ChannelOptions,
            SlowConsumerOptions,
            SseEntrypointOptions,
            HttpGetOptions,
            HttpPostOptions,
            WebsocketOptions,
        )
        for model in models:
            for field in model.model_fields.values():
                self.assertIn(str(field.alias), page, model.__name__)
