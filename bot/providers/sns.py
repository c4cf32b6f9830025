"""Amazon SNS: alarms of CloudWatch, and whatever else is published to a topic.

An alarm is known by region, account and name, which its ARN holds. Whether the message is Amazon's and its
topic one that this desk listens to is asked at the door, before anything is read here.
"""

from datetime import datetime
from typing import Final

from bot.domain.alert.signal import MAX_NOTE, Reading, SenderNote, Signal
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.content import read_embedded
from bot.providers.field import Object
from bot.providers.sender import Provider, Request
from bot.providers.state import read_state
from bot.providers.unkeyed import steady
from bot.providers.written_time import read_time

CONFIRMED: Final = "confirmed"
"""What the door puts where a client's own path would stand, once it has confirmed a subscription."""

_STATES: Final = {"ALARM": "critical", "INSUFFICIENT_DATA": "warning", "OK": "info"}
_ARN_PARTS: Final = 7
_SECRETS: Final = ("Token", "SubscribeURL", "UnsubscribeURL", "Signature", "SigningCertURL")


class Sns(Provider):
    """Amazon SNS with CloudWatch."""

    name = "sns"
    title = "AWS CloudWatch (through SNS)"
    url_token = True
    only_url = True
    success = 200
    where = "Allow the topic in `tocsin.toml`, then subscribe to it; the subscription is confirmed by itself."
    language = "sh"

    def gather(self, payload: object, request: Request) -> object:
        """The message opened, and without what only serves to confirm, sign and unsubscribe."""
        if not isinstance(payload, dict):
            return payload
        kept = {name: value for name, value in payload.items() if name not in _SECRETS}
        if isinstance(kept.get("Message"), str):
            kept["Message"] = read_embedded(kept["Message"])
        if request.tail == CONFIRMED:
            kept["Type"] = "SubscriptionConfirmed"
        return kept

    def parse(self, payload: object) -> Reading:
        """Read ``{"Type": "Notification", "Message": ...}``, or the message itself (raw delivery).

        Raises:
            InvalidInputError: it is neither.
        """
        if isinstance(payload, str):
            return one(_read_words(payload, {}))
        fields = field.read_object(payload)
        kind, topic = field.text(fields, "Type"), field.text(fields, "TopicArn")
        if kind == "SubscriptionConfirmation":
            said = f"{topic} asks to be confirmed. Only topics that `[sns] topics` allows are."
            return Reading((), note=SenderNote("A topic of SNS", cut(said, MAX_NOTE)))
        if kind == "SubscriptionConfirmed":
            return Reading((), note=SenderNote("A topic of SNS is confirmed", cut(topic, MAX_NOTE)))
        if kind == "UnsubscribeConfirmation":
            return Reading((), note=SenderNote("A topic of SNS sends no more", cut(topic, MAX_NOTE)))
        if kind not in ("", "Notification"):
            raise InvalidInputError("Type", "must be Notification or SubscriptionConfirmation")
        message = fields.get("Message") if kind else fields
        if isinstance(message, dict):
            return one(_read_message(message, fields))
        if not isinstance(message, str) or not (message.strip() or field.text(fields, "Subject")):
            raise InvalidInputError("Message", "is missing")
        return one(_read_words(message, fields))

    def receiver(self, url: str, token: str) -> str:
        """Two steps."""
        del token
        scheme = url.partition(":")[0]
        return (
            '# tocsin.toml\n#   [sns]\n#   topics = ["arn:aws:sns:eu-central-1:123456789012:alarms"]\n'
            "aws sns subscribe --topic-arn arn:aws:sns:eu-central-1:123456789012:alarms \\\n"
            f"  --protocol {scheme} --notification-endpoint '{url}'\n"
        )

    def example(self, now: datetime) -> dict[str, object]:
        """An alarm."""
        return _example(now, "ALARM")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, over."""
        return _example(now, "OK")


def _read_message(message: Object, outer: Object) -> Signal:
    if "AlarmName" in message:
        return _read_alarm(message)
    detail = field.inner(message, "detail")
    if field.text(message, "detail-type") == "CloudWatch Alarm State Change" and detail:
        return _read_event(message, detail)
    subject = field.text(outer, "Subject") or field.text(message, "detail-type", "title", "subject", "name")
    state = read_state(field.text(message, "status", "state") or field.text(detail, "state", "status"))
    labels = field.flat(message, "Message") | field.flat(detail)
    name = subject or field.text(message, "message", "summary", "description", "alarmName") or _topic(outer)
    if not name:
        raise InvalidInputError("Message.AlarmName", "is missing")
    return build_signal(
        firing=state is not False,
        name=name,
        severity=field.text(message, "severity") or field.text(detail, "severity"),
        summary=field.text(message, "message", "summary", "description"),
        labels=labels,
        key=field.text(message, "dedup_key", "fingerprint") or "",
        service=field.text(message, "source") or _topic(outer),
        target=_topic(outer),
        started_at=read_time(message.get("time") or outer.get("Timestamp")),
    )


def _read_alarm(alarm: Object) -> Signal:
    name = field.need(alarm, "AlarmName", path="Message.")
    state = field.text(alarm, "NewStateValue")
    if state not in _STATES:
        raise InvalidInputError("Message.NewStateValue", f"must be one of {', '.join(_STATES)}")
    arn = field.text(alarm, "AlarmArn")
    trigger = field.inner(alarm, "Trigger")
    moment = read_time(alarm.get("StateChangeTime"))
    dimensions = _dimensions(trigger)
    labels = {
        "region": _region(arn) or field.text(alarm, "Region"),
        "account": field.text(alarm, "AWSAccountId"),
        "metric": field.text(trigger, "MetricName"),
        "metric_namespace": field.text(trigger, "Namespace"),
        **dimensions,
    }
    return build_signal(
        firing=state != "OK",
        name=name,
        severity=_STATES[state] if state != "OK" else "critical",
        severity_word="" if state != "INSUFFICIENT_DATA" else "insufficient data",
        summary=field.text(alarm, "NewStateReason"),
        description=field.text(alarm, "AlarmDescription"),
        labels={label: text for label, text in labels.items() if text},
        links=[("Alarm", _console(arn, name))],
        rest=alarm,
        key=_key(arn, field.text(alarm, "Region"), field.text(alarm, "AWSAccountId"), name),
        target=next(iter(dimensions.values()), "") or _region(arn),
        service=field.text(trigger, "Namespace"),
        started_at=moment if state != "OK" else None,
        ended_at=moment,
    )


def _read_event(message: Object, detail: Object) -> Signal:
    """Read an alarm that comes through EventBridge."""
    name = field.need(detail, "alarmName", path="detail.")
    state = field.inner(detail, "state")
    word = field.text(state, "value")
    if word not in _STATES:
        raise InvalidInputError("detail.state.value", f"must be one of {', '.join(_STATES)}")
    arn = next((one for one in field.items(message, "resources") if isinstance(one, str)), "")
    moment = read_time(state.get("timestamp"))
    return build_signal(
        firing=word != "OK",
        name=name,
        severity=_STATES[word] if word != "OK" else "critical",
        summary=field.text(state, "reason"),
        description=field.text(field.inner(detail, "configuration"), "description"),
        labels=field.flat(message, "time", "id", "version"),
        links=[("Alarm", _console(arn, name))],
        key=_key(arn, field.text(message, "region"), field.text(message, "account"), name),
        started_at=moment if word != "OK" else None,
        ended_at=moment,
    )


def _read_words(words: str, outer: Object) -> Signal:
    subject = field.text(outer, "Subject")
    name = subject or field.first_line(words)
    if not name:
        raise InvalidInputError("body", "is empty")
    state = read_state(name.partition(":")[0])
    return build_signal(
        firing=state is not False,
        name=name,
        severity="warning",
        summary=field.first_line(words),
        description=words,
        labels={"topic": _topic(outer)} if outer else {},
        key=steady("sns", name, {}),
        service=_topic(outer),
        started_at=read_time(outer.get("Timestamp")),
    )


def _dimensions(trigger: Object) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in field.items(trigger, "Dimensions"):
        if isinstance(each, dict) and (name := field.text(each, "name", "Name")):
            found[name] = field.text(each, "value", "Value")
    return found


def _key(arn: str, region: str, account: str, name: str) -> str:
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) == _ARN_PARTS:
        return f"cw:{parts[3]}:{parts[4]}:{parts[6]}"
    return f"cw:{region}:{account}:{name}"


def _region(arn: str) -> str:
    parts = arn.split(":", _ARN_PARTS - 1)
    return parts[3] if len(parts) == _ARN_PARTS else ""


def _console(arn: str, name: str) -> str:
    region = _region(arn)
    if not region.replace("-", "").isalnum():
        return ""
    return f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#alarmsV2:alarm/{name}"


def _topic(outer: Object) -> str:
    return field.text(outer, "TopicArn").rpartition(":")[2]


def _example(now: datetime, state: str) -> dict[str, object]:
    return {
        "Type": "Notification",
        "MessageId": "4361676d-787b-4ba3-a58c-0f4e18500a16",
        "TopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms",
        "Subject": f'{state}: "High CPU" in EU (Frankfurt)',
        "Timestamp": now.isoformat(),
        "Message": {
            "AlarmName": "High CPU",
            "AlarmDescription": "CPU above 80%",
            "AWSAccountId": "123456789012",
            "AlarmArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:High CPU",
            "NewStateValue": state,
            "NewStateReason": "Threshold Crossed: 1 datapoint [92.5] was greater than the threshold (80.0).",
            "StateChangeTime": now.isoformat(),
            "Region": "EU (Frankfurt)",
            "Trigger": {
                "MetricName": "CPUUtilization",
                "Namespace": "AWS/EC2",
                "Dimensions": [{"name": "InstanceId", "value": "i-0123456789abcdef0"}],
            },
        },
    }
