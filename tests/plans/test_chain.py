"""Admission with several plans."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.model.plans.selection_rule import read_rule
from relay.model.schema.types.request_target import RequestTarget
from relay.plans.caller import Caller
from relay.plans.chain import PlanChain
from relay.plans.interfaces import Credential, Plan
from relay.plans.keyless import KeylessPlan
from relay.plans.protected_resource import ProtectedResource
from relay.plans.verdict import UNDECIDED, Admission, Denial, Verdict
from relay.tally import Tally
from tests.plans.callers import METADATA_URL, TokenPlan, caller

NOBODY = Admission("open", "1", "192.0.2.7")


class ChainCase(SynchronousTestCase):
    def decided(self, verdict: Verdict | Deferred[Verdict]) -> Verdict:
        """Check that there is a verdict at once."""
        assert not isinstance(verdict, Deferred)
        return verdict


class OrderTests(ChainCase):
    """Plans are asked in turn."""

    def setUp(self) -> None:
        """Two plans with a word each, and one without."""
        self.first, self.second = TokenPlan("a", "one"), TokenPlan("b", "two")
        self.verdicts = Tally()
        plans = [self.first, self.second, KeylessPlan("open")]
        self.chain = PlanChain(plans, verdicts=self.verdicts)

    def test_the_first_that_admits_decides(self) -> None:
        """The first plan that admits the caller decides."""
        for word, plan in (("one", "a"), ("two", "b")):
            verdict = self.decided(self.chain.admit(caller(token=word)))
            self.assertEqual(verdict, Admission(plan, "app", "sub"))

    def test_verdicts_are_counted(self) -> None:
        """By the plan that has decided; a caller whom no plan knows has no plan."""
        for word in ("one", "one", "two", "three"):
            self.decided(self.chain.admit(caller(token=word)))
        self.decided(PlanChain([], verdicts=self.verdicts).admit(caller()))
        unresolved = "GATEWAY_PLAN_UNRESOLVABLE"
        self.assertEqual(
            self.verdicts,
            {
                ("a", "admitted"): 2,
                ("a", unresolved): 2,
                ("b", "admitted"): 1,
                ("b", unresolved): 1,
                ("", unresolved): 1,
            },
        )

    def test_without_a_credential(self) -> None:
        """A caller without a credential is admitted by a keyless plan."""
        self.assertEqual(self.decided(self.chain.admit(caller())), NOBODY)

    def test_a_wrong_credential_is_not_nobody(self) -> None:
        """A wrong key is a 401, even if anybody without one would be let in."""
        verdict = self.decided(self.chain.admit(caller(token="three")))
        self.assertEqual(verdict, Denial(challenges=(b"Token",)))

    def test_no_plan(self) -> None:
        """Without plans every caller is refused."""
        self.assertEqual(self.decided(PlanChain([]).admit(caller())), Denial())

    def test_the_more_telling_reason(self) -> None:
        """The refusal is that of the first plan with a specific reason."""
        why = Denial("TOKEN_EXPIRED", "The token has expired", challenges=(b"T e",))
        self.second.denial = why
        self.assertEqual(self.decided(self.chain.admit(caller(token="x"))), why)
        self.first.denial = Denial("OTHER", "Other")
        verdict = self.decided(self.chain.admit(caller(token="x")))
        self.assertEqual(verdict, Denial("OTHER", "Other", challenges=(b"Token",)))

    def test_the_error_of_a_token(self) -> None:
        """The challenge of the plan that refused a token has the error of RFC 6750."""
        why = Denial("EXPIRED", bearer_error="invalid_token")
        self.first.denial = why
        verdict = self.decided(self.chain.admit(caller(token="x")))
        told = (b'Token, error="invalid_token"',)
        self.assertEqual(verdict, replace(why, challenges=told))

    def test_every_scheme_that_admits(self) -> None:
        """Each open plan with a challenge is named once, with the URL of the metadata
        where it has some; a closed plan is not."""
        self.first.resource = ProtectedResource(("https://idp.example",))
        self.second.challenge = b'Basic realm="b"'
        same = TokenPlan("c", "three")
        same.resource = self.first.resource
        closed = TokenPlan("d", "four")
        closed.challenge = b"Closed"
        silent = TokenPlan("e", "five")
        silent.challenge = None
        chain = PlanChain(
            [self.first, self.second, same, closed, silent],
            lambda plan_id: plan_id == "d",
        )
        hint = f', resource_metadata="{METADATA_URL}"'.encode()
        verdict = self.decided(chain.admit(caller()))
        made = (b"Token" + hint, b'Basic realm="b"')
        self.assertEqual(verdict, Denial(challenges=made))
        self.first.denial = Denial("EXPIRED", bearer_error="invalid_token")
        verdict = self.decided(chain.admit(caller(token="x")))
        assert isinstance(verdict, Denial)
        self.assertEqual(
            verdict.challenges,
            (b'Token, error="invalid_token"' + hint, b'Basic realm="b"'),
        )
        self.assertEqual(chain.resources, [self.first.resource] * 2)

    def test_metadata_at_no_known_url(self) -> None:
        """The challenge names no metadata."""
        self.first.resource = ProtectedResource(("https://idp.example",))
        asking = caller()
        asking.metadata_url = lambda: None
        verdict = self.decided(PlanChain([self.first]).admit(asking))
        self.assertEqual(verdict, Denial(challenges=(b"Token",)))

    def test_closed_plans(self) -> None:
        """A plan that was closed is not asked, though it is still deployed."""
        chain = PlanChain(
            [self.first, KeylessPlan("open")], lambda plan_id: plan_id in closed
        )
        closed = {"open"}
        self.assertEqual(
            self.decided(chain.admit(caller())), Denial(challenges=(b"Token",))
        )
        closed = {"a"}
        self.assertEqual(self.decided(chain.admit(caller(token="one"))), NOBODY)

    def test_broken(self) -> None:
        """A plan that fails refuses the caller, without a reason."""
        verdict = self.decided(self.chain.admit(caller(token="broken")))
        self.assertEqual(verdict, UNDECIDED)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_closed(self) -> None:
        """All plans are closed together."""
        self.chain.close()
        self.assertEqual((self.first.closed, self.second.closed), (1, 1))


class CredentialTests(ChainCase):
    """Credentials and the plans that they are not for."""

    def test_taken_out(self) -> None:
        """The plan that lets the caller in takes it out of what goes upstream."""
        asking = caller(b"a=1&token=one&b=%20", other="kept")
        PlanChain([TokenPlan("a", "one")]).admit(asking)
        self.assertEqual(asking.target.query, b"a=1&b=%20")
        self.assertEqual(asking.header(b"other"), "kept")

    def test_logs(self) -> None:
        """No plan's parameters are logged, however they are escaped."""
        chain = PlanChain([KeylessPlan("open"), TokenPlan("a", "one")])
        plain = PlanChain([KeylessPlan("o")])
        for plans, query, shown in (
            (chain, b"to%6ben=x&a=1&token=y", b"a=1"),
            (chain, b"token=x", None),
            (chain, None, None),
            (plain, b"token=x", b"token=x"),
        ):
            target = RequestTarget.parse(b"/", query)
            self.assertEqual(plans.conceal(target).query, shown)


class RuleTests(ChainCase):
    """Plans that are for some of those who bring their credential."""

    def chain(self, rule: str, *more: Plan) -> PlanChain:
        """Make a chain whose first plan has a rule."""
        plans = [TokenPlan("a", "one"), *more]
        return PlanChain(plans, rules={plans[0].id: read_rule(rule)})

    def asking(self, word: str | None = "one", **request: Any) -> Caller:
        """Come with a word, and as the variables say."""
        asking = caller() if word is None else caller(token=word)
        asking.scope = lambda attributes: {
            "request": request,
            "context": {"attributes": attributes},
        }
        return asking

    def test_selected(self) -> None:
        """A plan whose rule does not hold is skipped."""
        chain = self.chain("{#request.method == 'GET'}", TokenPlan("b", "one"))
        for method, plan in (("GET", "a"), ("POST", "b")):
            verdict = self.decided(chain.admit(self.asking(method=method)))
            self.assertEqual(verdict, Admission(plan, "app", "sub"))

    def test_skipped_beside_a_keyless_plan(self) -> None:
        """The keyless plan admits a caller that no other plan applies to."""
        chain = self.chain("{#request.method == 'GET'}", KeylessPlan("open"))
        for word in ("one", "wrong", None):
            verdict = self.decided(chain.admit(self.asking(word, method="POST")))
            self.assertEqual(verdict, NOBODY)
        verdict = self.decided(chain.admit(self.asking("wrong", method="GET")))
        self.assertEqual(verdict, Denial(challenges=(b"Token",)))

    def test_taken_out_beside_a_keyless_plan(self) -> None:
        """A credential that no plan applies to does not go upstream."""
        asking = self.asking(method="POST")
        chain = self.chain("{#request.method == 'GET'}", KeylessPlan("open"))
        self.assertEqual(self.decided(chain.admit(asking)), NOBODY)
        self.assertIsNone(asking.header(b"token"))

    def test_what_a_plan_shows(self) -> None:
        """A rule sees the attributes of the credential."""
        plan = TokenPlan("a", "one")
        plan.find = lambda caller: Credential("one", {"w": {"iss": "x"}})  # type: ignore[method-assign]
        for wanted, let_in in (("x", True), ("y", False)):
            rule = read_rule(f"#context.attributes['w'].iss == '{wanted}'")
            verdict = PlanChain([plan], rules={"a": rule}).admit(self.asking())
            self.assertEqual(isinstance(verdict, Admission), let_in, wanted)

    def test_no_answer(self) -> None:
        """A rule without a boolean result does not hold, and the keyless plan does not
        admit the caller, either."""
        for rule in ("{#request.method}", "{#request.method > 1}"):
            chain = self.chain(rule, KeylessPlan("open"))
            verdict = self.decided(chain.admit(self.asking(method="GET")))
            self.assertEqual(verdict, Denial(challenges=(b"Token",)), rule)

    def test_nobody(self) -> None:
        """A keyless plan can have one, too, and those who bring nothing go on."""
        rules = {"open": read_rule("{#request.method == 'GET'}")}
        chain = PlanChain([KeylessPlan("open"), KeylessPlan("rest")], rules=rules)
        for method, plan in (("GET", "open"), ("POST", "rest")):
            verdict = self.decided(chain.admit(self.asking(None, method=method)))
            assert isinstance(verdict, Admission)
            self.assertEqual(verdict.plan_id, plan)


class LaterTests(ChainCase):
    """A plan whose decision comes later."""

    def setUp(self) -> None:
        """Two of them, and one that asks for nothing."""
        self.first = TokenPlan("a", "one", later=True)
        self.second = TokenPlan("b", "two", later=True)
        self.chain = PlanChain([self.first, self.second, KeylessPlan("open")])

    def waiting(self, word: str) -> Deferred[Verdict]:
        """Ask to be let in."""
        self.asking = caller(b"token=" + word.encode())
        verdict = self.chain.admit(self.asking)
        assert isinstance(verdict, Deferred)
        return verdict

    def test_admitted(self) -> None:
        """The verdict comes later, and the credential is taken out then."""
        verdict = self.waiting("one")
        self.assertNoResult(verdict)
        self.first.asked[0].callback(self.first.verdict("one"))
        self.assertEqual(self.successResultOf(verdict), Admission("a", "app", "sub"))
        self.assertIsNone(self.asking.target.query)

    def test_closed_meanwhile(self) -> None:
        """A plan that was closed before its decision admits no caller."""
        closed: set[str] = set()
        chain = PlanChain([self.first, KeylessPlan("open")], closed.__contains__)
        verdict = chain.admit(caller(token="one"))
        assert isinstance(verdict, Deferred)
        closed.add("a")
        self.first.asked[0].callback(self.first.verdict("one"))
        self.assertEqual(self.successResultOf(verdict), Denial())

    def test_goes_on(self) -> None:
        """After a refusal the next plan decides, but not a keyless one."""
        for word, plan in (("two", "b"), ("three", None)):
            verdict = self.waiting(word)
            self.first.asked[-1].callback(self.first.verdict(word))
            self.assertNoResult(verdict)
            self.second.asked[-1].callback(self.second.verdict(word))
            result = self.successResultOf(verdict)
            self.assertEqual(getattr(result, "plan_id", None), plan)
        self.assertEqual(result, Denial(challenges=(b"Token",)))

    def test_no_answer(self) -> None:
        """A failure refuses the caller with ``Retry-After``."""
        verdict = self.waiting("one")
        self.first.asked[0].errback(OSError("no route"))
        self.assertEqual(self.successResultOf(verdict), UNDECIDED)
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)
