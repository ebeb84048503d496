"""The plans of one deployment, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Condition
from relay.model.marks import Mark
from relay.model.schema.types.request_target import RequestTarget
from relay.plans.caller import Caller
from relay.plans.interfaces import Credential, Plan
from relay.plans.protected_resource import ProtectedResource
from relay.plans.verdict import (
    UNDECIDED,
    UNRESOLVED,
    Admission,
    Denial,
    Verdict,
    unresolved,
)
from relay.tally import Tally

UNDECIDED_RULE = unresolved("its selection rule has no value for the call")
CLOSED = unresolved("the plan is closed")
ADMITTED = "admitted"
"""The verdict of a plan that admits a caller, where verdicts are counted."""
NO_RULES: Mapping[str, Condition] = MappingProxyType({})


class PlanChain:
    """
    Asks one plan after another; the first that admits a caller decides.

    :param plans: in the order in which they are asked.
    :param is_closed: whether a plan, by its id, is closed.
    :param rules: the selection rules of plans, by their ids.
    :param api_id: for the log.
    :param verdicts: counts the decisions, by plan and verdict.
    """

    log = Logger()

    def __init__(
        self,
        plans: Iterable[Plan],
        is_closed: Callable[[str], bool] = lambda plan_id: False,
        rules: Mapping[str, Condition] = NO_RULES,
        api_id: str = "",
        verdicts: Tally | None = None,
    ) -> None:
        self._plans: Sequence[Plan] = tuple(plans)
        self._is_closed = is_closed
        self._rules = rules
        self._api_id = api_id
        self._verdicts = Tally() if verdicts is None else verdicts
        self._parameters = frozenset[str]().union(
            *(plan.parameters for plan in self._plans)
        )

    def admit(self, caller: Caller) -> Verdict | Deferred[Verdict]:
        """
        Decide about a call.

        :param caller: loses its credential if it is admitted.
        :return: a Deferred, which does not fail, when a plan has to call another
            system.
        """
        return self._ask(caller, 0, None)

    def conceal(self, target: RequestTarget) -> RequestTarget:
        """
        Remove the parameters that hold credentials, for logs.

        :param target: of a request.
        """
        return target.without(self._parameters) if self._parameters else target

    @property
    def resources(self) -> list[ProtectedResource]:
        """What clients need in order to obtain tokens of the plans that are open."""
        return [
            plan.resource
            for plan in self._plans
            if plan.resource is not None and not self._is_closed(plan.id)
        ]

    def close(self) -> None:
        """The deployment is no longer served."""
        for plan in self._plans:
            plan.close()

    def _ask(
        self, caller: Caller, start: int, denial: Denial | None
    ) -> Verdict | Deferred[Verdict]:
        """Ask the plans from one on; those before it have not admitted the caller."""
        unselected: list[Plan] = []
        for number in range(start, len(self._plans)):
            plan = self._plans[number]
            if (denial is not None and plan.anonymous) or self._is_closed(plan.id):
                continue
            try:
                credential = plan.find(caller)
                if credential is None:
                    continue
                selected = self._selects(plan, caller, credential)
                if selected is None and not plan.anonymous:
                    # As with a wrong credential: no anonymous plan admits the caller.
                    denial = self._refused(plan, caller, denial, UNDECIDED_RULE)
                if not selected:
                    unselected.append(plan)
                    continue
                verdict = plan.admit(caller, credential)
            except Exception as error:
                return self._undecided(Failure(error), plan.id)
            if isinstance(verdict, Deferred):
                verdict.addCallback(self._go_on, caller, number, denial)
                return verdict.addErrback(self._undecided, plan.id)
            if isinstance(verdict, Admission):
                self._verdicts.count(plan.id, ADMITTED)
                plan.strip(caller)
                if plan.anonymous:
                    # Nobody has checked the credentials: the source does not get them.
                    for other in unselected:
                        other.strip(caller)
                return verdict
            denial = self._refused(plan, caller, denial, verdict)
        if denial is None:
            denial = UNRESOLVED
            self._verdicts.count("", denial.key)
            self.log.debug(
                "API {api_id}: request {request_id} has no credential of any plan",
                api_id=self._api_id,
                request_id=caller.request_id,
            )
        if denial.challenges:
            return denial
        return replace(denial, challenges=self._challenges(caller))

    def _selects(
        self, plan: Plan, caller: Caller, credential: Credential
    ) -> bool | None:
        """
        Whether the selection rule of a plan holds, so that the plan applies to a call.

        :return: None when the rule has no value.
        """
        rule = self._rules.get(plan.id)
        if rule is None:
            return True
        try:
            return rule.holds(caller.scope(credential.attributes))
        except EvaluationFailed as error:
            self.log.warn(
                "API {api_id}: the selection rule of plan {plan_id}: {error}",
                api_id=self._api_id,
                plan_id=plan.id,
                error=error,
            )
            return None

    def _go_on(
        self, verdict: Verdict, caller: Caller, number: int, denial: Denial | None
    ) -> Verdict | Deferred[Verdict]:
        plan = self._plans[number]
        if isinstance(verdict, Admission):
            if not self._is_closed(plan.id):
                self._verdicts.count(plan.id, ADMITTED)
                plan.strip(caller)
                return verdict
            # The plan was closed while it was deciding.
            verdict = CLOSED
        denial = self._refused(plan, caller, denial, verdict)
        return self._ask(caller, number + 1, denial)

    def _refused(
        self, plan: Plan, caller: Caller, before: Denial | None, denial: Denial
    ) -> Denial:
        """Keep the first denial that is more specific than ``UNRESOLVED``."""
        self._verdicts.count(plan.id, denial.key)
        self.log.debug(
            "API {api_id}: plan {plan_id} refused the credential of request"
            " {request_id}: {key}{why}",
            api_id=self._api_id,
            plan_id=plan.id,
            request_id=caller.request_id,
            key=denial.key,
            why=denial.reason and f": {denial.reason}",
        )
        if caller.marks is not None:
            reason = denial.reason or None
            caller.marks.note(Mark.DENIED, plan.id, denial.key, reason)
        if before is not None and before != UNRESOLVED:
            return before
        if denial.bearer_error and plan.challenge and not denial.challenges:
            challenges = self._challenges(caller, plan.challenge, denial.bearer_error)
            return replace(denial, challenges=challenges)
        return denial

    def _challenges(
        self, caller: Caller, refused: bytes | None = None, error: str = ""
    ) -> tuple[bytes, ...]:
        """
        Make one challenge for each way to be admitted (RFC 9110, 11.6.1).

        :param refused: the challenge of the plan that refused a token; None for none.
        :param error: why, as a code of RFC 6750.
        """
        made: dict[bytes, None] = {}
        for plan in self._plans:
            challenge = plan.challenge
            if challenge is None or self._is_closed(plan.id):
                continue
            parameters = b""
            if challenge == refused:
                parameters = b', error="%s"' % error.encode("ascii")
            if plan.resource is not None and (url := caller.metadata_url()) is not None:
                parameters += b', resource_metadata="%s"' % url.encode("ascii")
            made[challenge + parameters] = None
        return tuple(made)

    def _undecided(self, failure: Failure, plan_id: str) -> Verdict:
        self.log.failure(
            "API {api_id}: plan {plan_id} could not decide",
            failure,
            api_id=self._api_id,
            plan_id=plan_id,
        )
        self._verdicts.count(plan_id, UNDECIDED.key)
        return UNDECIDED
