"""The process knows how near it is to its limit of open files."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.descriptors import Descriptors


class DescriptorsTests(SynchronousTestCase):
    """Against those of the test's own process."""

    def setUp(self) -> None:
        """Find the lowest that is free."""
        self.next = os.dup(0)
        os.close(self.next)
        self.descriptors = Descriptors()

    def test_without_a_limit_none_is_kept_back(self) -> None:
        """Without a known limit no descriptor is reserved."""
        self.assertFalse(self.descriptors.are_kept_from_clients())
        self.assertFalse(self.descriptors.is_kept_from_sources(10**6))

    def test_the_number_of_the_next_one_tells(self) -> None:
        """Clients get none of those that are kept back; a margin keeps more."""
        self.descriptors.limit, self.descriptors.reserved = self.next + 101, 100
        self.assertFalse(self.descriptors.are_kept_from_clients(margin=0))
        self.assertTrue(self.descriptors.are_kept_from_clients(margin=1))
        held = os.dup(0)
        self.addCleanup(os.close, held)
        self.assertTrue(self.descriptors.are_kept_from_clients())

    def test_sources_of_calls_that_were_let_in_have_half_of_what_is_kept(self) -> None:
        """The rest is for the management API and the store."""
        self.descriptors.keep(1000, 100)
        self.assertFalse(self.descriptors.is_kept_from_sources(949))
        self.assertTrue(self.descriptors.is_kept_from_sources(950))

    def test_a_quarter_is_kept_at_the_most(self) -> None:
        """At most a quarter of a low limit is reserved."""
        self.descriptors.keep(100, 64)
        self.assertEqual(self.descriptors.reserved, 25)

    def test_how_many_are_open(self) -> None:
        """As many as the system lists; an older system shows no size."""
        held = [os.dup(0) for _ in range(5)]
        for one in held:
            self.addCleanup(os.close, one)
        # The listing has the descriptor of the directory itself, too.
        listed = len(os.listdir("/proc/self/fd")) - 1
        self.assertEqual(self.descriptors.in_use(), listed)

        class NoSize:
            st_size = 0

        self.patch(os, "stat", lambda path: NoSize)
        self.assertEqual(self.descriptors.in_use(), self.next + 5)
