"""The ids of merged endpoints."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.connectors.merged_ids import merged_id, split_id


class MergedIdTests(SynchronousTestCase):
    """Merged, and taken apart."""

    def test_there_and_back(self) -> None:
        """Each endpoint has its id again."""
        for ids in (["1", "b"], ["", '"quoted"'], ["ä"]):
            self.assertEqual(split_id(merged_id(ids), len(ids)), ids)

    def test_other_ids(self) -> None:
        """An id that was made otherwise stands for no event of any endpoint."""
        for other in ("", "7", '["1"]', '{"1":2}', "[", '["1","2","3"]'):
            self.assertEqual(split_id(other, 2), ["", ""], other)
        self.assertEqual(split_id('["1",2]', 2), ["1", ""])
