"""The plans of one deployment, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.plans.caller import Caller, without_parameters
from relay.plans.interfaces import Plan
from relay.plans.verdict import UNDECIDED, UNRESOLVED, Admission, Denial, Verdict


class PlanChain:
    """
    Asks one plan after the other; the first that lets a caller in decides.

    :param plans: the plans in their order.
    :param is_closed: says of a plan's id whether it lets nobody in any more.
    """

    log = Logger()

    def __init__(
        self,
        plans: Iterable[Plan],
        is_closed: Callable[[str], bool] = lambda plan_id: False,
    ) -> None:
        self._plans: Sequence[Plan] = tuple(plans)
        self._is_closed = is_closed
        self._parameters = frozenset[str]().union(
            *(plan.parameters for plan in self._plans)
        )
        self._challenges = tuple(
            dict.fromkeys(plan.challenge for plan in self._plans if plan.challenge)
        )

    def admit(self, caller: Caller) -> Verdict | Deferred[Verdict]:
        """
        Decide about a call.

        :param caller: who asks; the credential is taken out if it is let in.
        :return: a Deferred, which never fails, when somebody else has to be asked.
        """
        return self._ask(caller, 0, None)

    def conceal(self, query: bytes | None) -> bytes | None:
        """
        Give a query as logs may have it.

        :param query: the raw query, None for none.
        """
        if not self._parameters:
            return query
        return without_parameters(query, self._parameters)

    def close(self) -> None:
        """The deployment is no longer served."""
        for plan in self._plans:
            plan.close()

    def _ask(
        self, caller: Caller, start: int, denial: Denial | None
    ) -> Verdict | Deferred[Verdict]:
        """Go on at a plan, when those before it have not let the caller in."""
        for number in range(start, len(self._plans)):
            plan = self._plans[number]
            if (denial is not None and plan.anonymous) or self._is_closed(plan.id):
                continue
            try:
                credential = plan.find(caller)
                if credential is None:
                    continue
                verdict = plan.admit(caller, credential)
            except Exception as error:
                return self._undecided(Failure(error))
            if isinstance(verdict, Deferred):
                verdict.addCallback(self._go_on, caller, number, denial)
                return verdict.addErrback(self._undecided)
            if isinstance(verdict, Admission):
                plan.strip(caller)
                return verdict
            denial = _more_telling(denial, verdict)
        denial = denial or UNRESOLVED
        return replace(denial, challenges=denial.challenges or self._challenges)

    def _go_on(
        self, verdict: Verdict, caller: Caller, number: int, denial: Denial | None
    ) -> Verdict | Deferred[Verdict]:
        if isinstance(verdict, Admission):
            self._plans[number].strip(caller)
            return verdict
        return self._ask(caller, number + 1, _more_telling(denial, verdict))

    def _undecided(self, failure: Failure) -> Verdict:
        self.log.failure("a plan could not decide", failure)
        return UNDECIDED


def _more_telling(before: Denial | None, denial: Denial) -> Denial:
    """Of two reasons keep the first that says more than that there is none."""
    return denial if before is None or before == UNRESOLVED else before
