"""Evaluation of expressions for editors."""

from __future__ import annotations

from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.shapes.deployments import Evaluation
from relay.model.expression_sample import ExpressionToEvaluate, evaluate


class Expressions:
    """The resource family of expressions."""

    @route(
        "POST",
        "/expressions/_evaluate",
        body=Body.REQUIRED,
        no_dry_run="it changes nothing",
        reads=ExpressionToEvaluate,
        answers={200: Evaluation},
    )
    async def evaluate(self, call: RestCall) -> Reply:
        """Parse an expression, and evaluate it with a sample of a call."""
        return Reply(200, evaluate(bodies.read(ExpressionToEvaluate, call.body)))
