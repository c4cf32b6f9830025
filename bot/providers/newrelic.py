"""New Relic: the webhook of a workflow with the payload it comes with, and of the channels before workflows.

An issue is known by its id, an incident of a channel by its own. What a template left unfilled is as good as
absent.
"""

import re
from datetime import datetime
from typing import Final

from bot.domain.alert.signal import MAX_NOTE, Reading, SenderNote
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.sender import Provider
from bot.providers.written_time import read_time

_ENDS: Final = {
    "CLOSED": False,
    "CREATED": True,
    "ACTIVATED": True,
    "ACKNOWLEDGED": True,
    "DEACTIVATED": False,
    "OPEN": True,
}
_STATES: Final = "CREATED, ACTIVATED, ACKNOWLEDGED, CLOSED"
_UNFILLED: Final = "{{"
_TEST: Final = re.compile(
    r"\W*(?:this is an? )?(?:new relic )?test (?:notification|message|alert)(?: from new relic)?\W*",
    re.IGNORECASE,
)
_KNOWN: Final = (
    "id", "issueId", "issueUrl", "title", "priority", "state", "createdAt", "updatedAt", "closedAt",
    "workflowName",
    "acknowledgedAt", "activatedAt",
)  # fmt: skip
_CHANNEL: Final = (
    "incident_id", "current_state", "condition_name", "policy_name", "severity", "incident_url", "details",
    "timestamp", "targets", "event_type",
)  # fmt: skip


class NewRelic(Provider):
    """New Relic."""

    name = "newrelic"
    title = "New Relic"
    where = "Alerts > Destinations > Webhook; then a workflow that uses it with the template it proposes."
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read ``{"id": ..., "title": ..., "state": "ACTIVATED", ...}``.

        Raises:
            InvalidInputError: there is no issue or no state in it.
        """
        fields = _known(field.read_object(payload))
        title = field.text(fields, "title")
        state = field.text(fields, "state").upper()
        if state == "TEST" or _TEST.fullmatch(title):
            said = field.text(fields, "trigger", "details") or title
            return Reading((), note=SenderNote("A test of New Relic came through", cut(said, MAX_NOTE)))
        number = field.need(fields, "id", "issueId")
        if state not in _ENDS:
            raise InvalidInputError("state", f"must be one of {_STATES}" if state else "is missing")
        names = [
            _listed(fields, name) for name in ("alertConditionNames", "alertPolicyNames", "impactedEntities")
        ]
        conditions, policies, entities = names
        return one(
            build_signal(
                firing=_ENDS[state],
                name=title or ", ".join(conditions) or f"issue {number}",
                severity=field.text(fields, "priority"),
                summary=", ".join(conditions),
                description=field.text(fields, "trigger"),
                labels=field.flat(fields, *_KNOWN)
                | {
                    name: ", ".join(said)
                    for name, said in (("policy", policies), ("entities", entities))
                    if said
                },
                links=[("Issue", fields.get("issueUrl"))],
                key=f"nr:{number}",
                rest=fields,
                service=policies[0] if policies else "",
                target=entities[0] if entities else "",
                started_at=read_time(fields.get("activatedAt") or fields.get("createdAt")),
                ended_at=read_time(fields.get("closedAt") or fields.get("updatedAt")),
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """A destination."""
        return f"Endpoint URL:   {url}\nAuthorization:  Bearer Token\nToken:          {token}\n"

    def example(self, now: datetime) -> dict[str, object]:
        """An issue."""
        return _example(now, "ACTIVATED")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, closed."""
        return _example(now, "CLOSED")


def _known(given: field.Object) -> field.Object:
    """What was said, an incident of a channel under the names of an issue."""
    fields = {
        name: value
        for name, value in given.items()
        if not (isinstance(value, str) and value.strip().startswith(_UNFILLED))
    }
    if "current_state" not in fields:
        return fields
    policy, condition = field.text(fields, "policy_name"), field.text(fields, "condition_name")
    ours = {name: value for name, value in fields.items() if name not in _CHANNEL}
    moment = fields.get("timestamp")
    return {
        "id": fields.get("incident_id"),
        "state": fields["current_state"],
        "title": condition or fields.get("details"),
        "priority": fields.get("severity"),
        "issueUrl": fields.get("incident_url"),
        "trigger": fields.get("details"),
        "createdAt": moment,
        "updatedAt": moment,
        "alertPolicyNames": [policy],
        "alertConditionNames": [condition],
        "impactedEntities": fields.get("targets"),
    } | ours


def _listed(fields: field.Object, name: str) -> list[str]:
    """Texts, or the names of objects, each once."""
    found = [
        each if isinstance(each, str) else field.text(each, "name") if isinstance(each, dict) else ""
        for each in field.items(fields, name)
    ]
    return list(dict.fromkeys(filter(None, found)))


def _example(now: datetime, state: str) -> dict[str, object]:
    return {
        "id": "8ceabbd6-3ba3-4ac5-a6fc-6ba9d8d4e9f1",
        "issueUrl": "https://radar-api.service.newrelic.com/accounts/1/issues/8ceabbd6",
        "title": "Checkout: error rate above 5%",
        "priority": "CRITICAL",
        "impactedEntities": ["checkout"],
        "state": state,
        "trigger": "INCIDENT_ADDED",
        "createdAt": int(now.timestamp() * 1000),
        "updatedAt": int(now.timestamp() * 1000),
        "alertPolicyNames": ["shop"],
        "alertConditionNames": ["High error rate"],
        "workflowName": "Tocsin",
    }
