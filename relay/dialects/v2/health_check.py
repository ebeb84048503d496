"""Health checks of version 2."""

from __future__ import annotations

from typing import Any

from relay.dialects.members import Found, Made, Members
from relay.model.schema.errors import join

_UNITS = ("SECONDS", "MINUTES", "HOURS", "DAYS")


def read_health_check(
    holder: Members, found: Found, at: str, is_endpoint: bool
) -> dict[str, Any] | None:
    """
    Convert a health check.

    :param holder: the group or endpoint that it is for.
    :param at: the location of the result.
    :param is_endpoint: whether it may inherit that of the group.
    :returns: None when it inherits.
    """
    if isinstance(found.value, bool):
        # The form of the oldest definitions; it says nothing about the check.
        return None
    members = holder.within(found)
    if members is None:
        return None
    service = Made(at, members.report, members.at)
    service.value["type"] = "http-health-check"
    if is_endpoint and members.flag("inherit", default=True):
        members.skip("enabled", "schedule", "trigger", "interval", "unit", "steps")
        members.skip("request", "expectation")
        members.finish()
        return None
    service.set("enabled", members.flag("enabled", default=True), members.at)
    if is_endpoint:
        service.value["overrideConfiguration"] = True
    configuration = Made(f"{at}.configuration", members.report, members.at)
    service.value["configuration"] = configuration.value
    _schedule(configuration, members)
    steps = members.take("steps")
    if steps is None:
        request, response = members.object("request"), members.object("expectation")
        _request(configuration, request)
        _assertions(configuration, response)
    else:
        listed = members.listed(steps)
        if len(listed) > 1:
            members.report.refuse(steps.at, "must have one step only")
        for step in listed[:1]:
            _step(configuration, members.within(step))
    members.finish()
    return service.value


def _schedule(configuration: Made, members: Members) -> None:
    configuration.copy(members, "schedule")
    if trigger := members.object("trigger"):
        rate, unit = trigger.take("rate"), trigger.text("unit")
        trigger.finish()
    else:
        rate, unit = members.take("interval"), members.text("unit")
    if rate is None or "schedule" in configuration.value:
        return
    if isinstance(rate.value, int) and rate.value > 0 and unit in _UNITS:
        place = _UNITS.index(unit)
        fields = ["0"] * place + [f"*/{rate.value}"] + ["*"] * (5 - place)
        configuration.set("schedule", " ".join(fields), rate.at)
    else:
        members.report.refuse(
            rate.at, f"must be a positive number of {', '.join(_UNITS)}"
        )


def _step(configuration: Made, step: Members | None) -> None:
    if step is None:
        return
    step.skip("name")
    _request(configuration, step.object("request"))
    _assertions(configuration, step.object("response"))
    step.finish()


def _request(configuration: Made, request: Members | None) -> None:
    if request is None:
        return
    if path := request.take("path", "uri"):
        configuration.set("target", path.value, path.at)
    configuration.copy_all(request, "method", "headers", "body")
    if not configuration.value.get("body"):
        configuration.value.pop("body", None)
    configuration.set(
        "overrideEndpointPath",
        request.flag("fromRoot"),
        join(request.at, "fromRoot"),
    )
    request.finish()


def _assertions(configuration: Made, response: Members | None) -> None:
    """Join the assertions, which must all hold."""
    if response is None:
        return
    found = response.take("assertions")
    response.finish()
    if found is None:
        return
    texts = [one for one in response.listed(found) if one.value]
    if any(not isinstance(one.value, str) for one in texts):
        response.report.refuse(found.at, "must be a list of texts")
    elif len(texts) == 1:
        bare = _bare(texts[0].value)
        configuration.set("assertion", f"{{{bare}}}", texts[0].at)
    elif texts:
        joined = " && ".join(f"({_bare(one.value)})" for one in texts)
        configuration.set("assertion", f"{{{joined}}}", found.at)


def _bare(text: str) -> str:
    text = text.strip()
    return text[1:-1].strip() if text.startswith("{#") and text[-1] == "}" else text
