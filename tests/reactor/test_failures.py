"""Failures that refer to no frame."""

from __future__ import annotations

import gc
import weakref

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.failures import run, without_frames


class Variable:
    """Something that a frame refers to."""


class FailureTests(SynchronousTestCase):
    """The references and the contents of failures."""

    def setUp(self) -> None:
        """Switch the collector off: what is gone was in no cycle."""
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)

    def fail_with(self, variable: Variable) -> Failure:
        """Make a failure whose frame refers to a variable, and to the failure."""
        try:
            raise ValueError("wrong")
        except ValueError:
            failure = Failure()
        return failure

    def test_frees_the_variables_of_its_frames(self) -> None:
        """The variables of the frames are freed at once."""
        variable = Variable()
        gone = weakref.ref(variable)
        without_frames(self.fail_with(variable))
        del variable
        self.assertIsNone(gone())

    def test_still_tells_where(self) -> None:
        """The text of the traceback stays."""
        failure = without_frames(without_frames(self.fail_with(Variable())))
        self.assertIn("in fail_with", failure.getTraceback())
        self.assertIsNotNone(failure.check(ValueError))

    def test_a_coroutine_that_fails_leaves_no_cycle(self) -> None:
        """
        A coroutine that fails because of an awaited Deferred leaves no reference cycle.
        """
        awaited: Deferred[None] = Deferred()

        async def waiting(variable: Variable) -> Variable:
            await awaited
            return variable

        variable = Variable()
        gone = weakref.ref(variable)
        running = run(waiting(variable))
        del variable
        awaited.errback(Failure(ValueError("wrong")))
        failure = self.failureResultOf(running, ValueError)
        self.assertIn("waiting", failure.getTraceback())
        del failure, running
        self.assertIsNone(gone())

    def test_a_coroutine_gives_what_it_returns(self) -> None:
        """The result of a coroutine is the result of the Deferred."""

        async def returning() -> int:
            return 1

        self.assertEqual(self.successResultOf(run(returning())), 1)
