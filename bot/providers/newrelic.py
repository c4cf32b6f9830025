"""New Relic: the webhook of a workflow with the payload it comes with. An issue is known by its id."""

from datetime import datetime
from typing import Final

from bot.domain.alert.signal import Reading
from bot.domain.errors import InvalidInputError
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
}
_KNOWN: Final = (
    "id", "issueId", "issueUrl", "title", "priority", "state", "createdAt", "updatedAt", "closedAt",
    "workflowName",
    "acknowledgedAt", "activatedAt",
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
        fields = field.read_object(payload)
        number = field.need(fields, "id", "issueId")
        state = field.need(fields, "state").upper()
        if state not in _ENDS:
            raise InvalidInputError("state", f"must be one of {', '.join(_ENDS)}")
        names = [
            _listed(fields, name) for name in ("alertConditionNames", "alertPolicyNames", "impactedEntities")
        ]
        conditions, policies, entities = names
        title = field.text(fields, "title")
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
        """It is closed."""
        return _example(now, "CLOSED")


def _listed(fields: field.Object, name: str) -> list[str]:
    value = fields.get(name)
    return [each for each in value if isinstance(each, str) and each] if isinstance(value, list) else []


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
