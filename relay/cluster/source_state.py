"""The state of a channel's source, as its leader announces it to the replicas."""

from __future__ import annotations

import json
from dataclasses import dataclass

from relay.channel.source import OpenChannel
from relay.channel.verdict import SourceRefusal
from relay.model.marks import Mark


@dataclass(frozen=True)
class SourceState:
    """
    The state of a source.

    :param health: what is wrong with it; None when nothing is.
    :param refused: whether it refuses.
    :param endpoint: the name of the endpoint that was called last; None for none.
    :param url: the URL of this endpoint, without its query.
    :param pending: whether its verdict is not known yet.
    :param refusal: why its readers are refused; None when they are not.
    :param ended: whether it has ended.
    """

    health: str | None = None
    refused: bool = False
    endpoint: str | None = None
    url: str | None = None
    pending: bool = False
    refusal: SourceRefusal | None = None
    ended: bool = False

    @classmethod
    def of(
        cls,
        opened: OpenChannel,
        *,
        refusal: SourceRefusal | None = None,
        ended: bool = False,
    ) -> SourceState:
        """
        Describe the source that this process runs.

        :param refusal: why the readers are to be refused now; None to repeat the
            verdict of the channel.
        """
        verdict = opened.channel.verdict
        return cls(
            opened.health,
            opened.refused,
            opened.endpoint,
            opened.url,
            verdict.pending and refusal is None,
            refusal or verdict.refusal,
            ended,
        )

    def write(self) -> bytes:
        """Return the state as JSON."""
        refusal = None
        if self.refusal is not None:
            challenges = [one.decode("latin-1") for one in self.refusal.challenges]
            refusal = [self.refusal.status, self.refusal.reason, challenges]
        return json.dumps({**self.__dict__, "refusal": refusal}).encode()

    @classmethod
    def read(cls, written: bytes) -> SourceState:
        """
        Read what :meth:`write` has written.

        :raises ValueError: when it is something else.
        """
        fields = json.loads(written)
        if fields["refusal"] is not None:
            status, reason, challenges = fields["refusal"]
            encoded = tuple(one.encode("latin-1") for one in challenges)
            fields["refusal"] = SourceRefusal(status, reason, encoded)
        return cls(**fields)

    def show_in(self, opened: OpenChannel) -> None:
        """Note the state in a process that does not run the source."""
        opened.health, opened.refused = self.health, self.refused
        opened.endpoint, opened.url = self.endpoint, self.url
        journal = opened.channel.journal
        if self.ended:
            journal.note(Mark.SOURCE_ENDED)
        elif self.health is None:
            journal.note(Mark.SOURCE_CONNECTED, self.endpoint, self.url)
        elif self.endpoint is not None:
            mark = Mark.SOURCE_REFUSED if self.refused else Mark.SOURCE_LOST
            journal.note(mark, self.endpoint, self.health)
