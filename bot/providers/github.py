"""GitHub: workflow runs, checks, deployments and the alerts of its scanners.

A workflow is the same alert as long as repository, workflow and branch are; a success ends it. What was
cancelled, skipped or left neutral changes nothing. Other events are stored and make no alert.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.domain.alert.signal import MAX_NOTE, Reading, SenderNote
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.field import Object
from bot.providers.sender import Provider, Request
from bot.providers.written_time import read_time

EVENT: Final = "github_event"
"""Where `gather` keeps the header that names the event."""

_BAD: Final = {"failure", "timed_out", "startup_failure", "action_required", "error"}
_GOOD: Final = {"success"}
_CLOSED: Final = {
    "fixed",
    "dismissed",
    "auto_dismissed",
    "closed_by_user",
    "appeared_in_branch_fixed",
    "resolved",
}
_OPENED: Final = {
    "created",
    "reopened",
    "reintroduced",
    "auto_reopened",
    "reopened_by_user",
    "publicly_leaked",
}
_SCANNERS: Final = {
    "dependabot_alert": "dependabot",
    "code_scanning_alert": "code",
    "secret_scanning_alert": "secret",
}
_BOTH: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class GitHub(Provider):
    """GitHub."""

    name = "github"
    title = "GitHub"
    where = (
        "Repository (or organisation) > Settings > Webhooks > Add webhook. Choose *Let me select individual"
        " events*: Workflow runs, Dependabot alerts."
    )
    language = "text"

    def gather(self, payload: object, request: Request) -> object:
        """With the event's name."""
        event = request.headers.get("x-github-event", "")
        return {**payload, EVENT: event} if isinstance(payload, dict) and event else payload

    def parse(self, payload: object) -> Reading:
        """Read an event by its name, or by the object that only this event has.

        Raises:
            InvalidInputError: it is no event of GitHub.
        """
        fields = field.read_object(payload)
        event = field.text(fields, EVENT)
        if event == "ping" or (not event and "zen" in fields and "hook" in fields):
            return Reading((), note=_greet(fields))
        for name, read in _READERS.items():
            if event in ("", name) and isinstance(fields.get(name), dict):
                return read(fields)
        kind = event or next((name for name in _SCANNERS if name in fields), "")
        if kind in _SCANNERS or (not event and isinstance(fields.get("alert"), dict)):
            return _read_alert(fields, kind or "dependabot_alert")
        if event and _BOTH.fullmatch(event) and isinstance(fields.get("repository"), dict | None):
            return Reading(())
        raise InvalidInputError("X-GitHub-Event", "is missing, and the body is no event with an alert in it")

    def receiver(self, url: str, token: str) -> str:
        """What to fill in; the token is a fit secret, if nothing else was chosen."""
        del token
        return (
            f"Payload URL:   {url}\nContent type:  application/json\n"
            "Secret:        the signing secret that was shown with the token\n"
        )

    def example(self, now: datetime) -> dict[str, object]:
        """A workflow that failed."""
        return _example(now, "failure")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, succeeding."""
        return _example(now, "success")


def _greet(fields: Object) -> SenderNote:
    where = field.text(field.inner(fields, "repository", "organization"), "full_name", "login")
    zen = field.text(fields, "zen")
    return SenderNote(f"GitHub is connected{f': {where}' if where else ''}", cut(zen, MAX_NOTE))


def _read_workflow(fields: Object) -> Reading:
    run = field.inner(fields, "workflow_run")
    firing = _verdict(fields, run)
    if firing is None:
        return Reading(())
    repository, branch = _repository(fields), field.text(run, "head_branch")
    number = field.text(run, "workflow_id") or field.need(run, "name", path="workflow_run.")
    fork = field.text(field.inner(run, "head_repository"), "full_name")
    other = f":{fork}" if fork and fork != repository else ""
    name = field.text(run, "name") or field.text(field.inner(fields, "workflow"), "name") or "workflow"
    conclusion = field.text(run, "conclusion")
    commit = field.inner(run, "head_commit")
    labels = {
        "branch": branch,
        "event": field.text(run, "event"),
        "attempt": field.text(run, "run_attempt"),
        "commit": field.text(run, "head_sha")[:12],
        "author": field.text(field.inner(run, "actor"), "login"),
    }
    return one(
        build_signal(
            firing=firing,
            name=f"{name} on {branch}" if branch else name,
            severity=_severity(fields, branch, conclusion),
            summary=f"{conclusion.replace('_', ' ')} in {repository}",
            description=field.text(run, "display_title") or field.text(commit, "message"),
            labels={label: text for label, text in labels.items() if text},
            links=[("Run", run.get("html_url"))],
            key=f"gh:{repository}:{number}:{branch}{other}",
            rest=run,
            service=repository,
            target=branch,
            started_at=read_time(run.get("run_started_at") or run.get("created_at")),
            ended_at=read_time(run.get("updated_at")),
        )
    )


def _read_check(fields: Object) -> Reading:
    run = field.inner(fields, "check_run")
    firing = _verdict(fields, run)
    if firing is None:
        return Reading(())
    name = field.need(run, "name", path="check_run.")
    branch = field.text(field.inner(run, "check_suite"), "head_branch")
    repository = _repository(fields)
    output = field.inner(run, "output")
    conclusion = field.text(run, "conclusion")
    return one(
        build_signal(
            firing=firing,
            name=f"{name} on {branch}" if branch else name,
            severity=_severity(fields, branch, conclusion),
            summary=field.text(output, "title") or f"{conclusion.replace('_', ' ')} in {repository}",
            description=field.text(output, "summary"),
            labels={"branch": branch, "app": field.text(field.inner(run, "app"), "slug")},
            links=[("Check", run.get("html_url")), ("Details", run.get("details_url"))],
            key=f"gh:{repository}:check:{name}:{branch or field.text(run, 'head_sha')}",
            service=repository,
            target=branch,
            started_at=read_time(run.get("started_at")),
            ended_at=read_time(run.get("completed_at")),
        )
    )


def _read_deployment(fields: Object) -> Reading:
    status = field.inner(fields, "deployment_status")
    state = field.text(status, "state")
    if state not in _BAD and state not in _GOOD:
        return Reading(())
    where = field.text(status, "environment") or field.text(field.inner(fields, "deployment"), "environment")
    repository = _repository(fields)
    return one(
        build_signal(
            firing=state in _BAD,
            name=f"deployment to {where or 'production'}",
            severity="error",
            summary=field.text(status, "description") or f"{state} in {repository}",
            labels={"environment": where},
            links=[("Log", status.get("log_url")), ("Deployment", status.get("target_url"))],
            key=f"gh:{repository}:deployment:{where}",
            service=repository,
            target=where,
            started_at=read_time(status.get("created_at")),
        )
    )


def _read_alert(fields: Object, event: str) -> Reading:
    alert = field.inner(fields, "alert")
    number = field.need(alert, "number", path="alert.")
    action, repository = field.text(fields, "action"), _repository(fields)
    if action not in _CLOSED and action not in _OPENED:
        return Reading(())
    advisory, rule = field.inner(alert, "security_advisory"), field.inner(alert, "rule")
    package = field.inner(field.inner(alert, "dependency"), "package")
    said = field.text(advisory, "summary") or field.text(rule, "description", "name")
    name = said or field.text(alert, "secret_type_display_name", "secret_type") or f"alert {number}"
    word = field.text(advisory, "severity") or field.text(rule, "security_severity_level", "severity")
    labels = {"package": field.text(package, "name"), "ecosystem": field.text(package, "ecosystem")}
    return one(
        build_signal(
            firing=action in _OPENED,
            name=name,
            severity=word or ("critical" if event == "secret_scanning_alert" else "warning"),
            summary=f"{_SCANNERS[event]} alert {number} of {repository}",
            description=field.text(advisory, "description") or field.text(rule, "full_description"),
            labels={label: text for label, text in labels.items() if text},
            links=[("Alert", alert.get("html_url"))],
            key=f"gh:{repository}:{_SCANNERS[event]}:{number}",
            rest=alert,
            service=repository,
            target=field.text(package, "name"),
            started_at=read_time(alert.get("created_at")),
            ended_at=read_time(alert.get("fixed_at") or alert.get("dismissed_at")),
        )
    )


_READERS: Final[dict[str, Callable[[Object], Reading]]] = {
    "workflow_run": _read_workflow,
    "check_run": _read_check,
    "deployment_status": _read_deployment,
}


def _verdict(fields: Object, run: Object) -> bool | None:
    if field.text(fields, "action") not in ("completed", ""):
        return None
    conclusion = field.text(run, "conclusion")
    return True if conclusion in _BAD else False if conclusion in _GOOD else None


def _repository(fields: Object) -> str:
    return field.need(field.inner(fields, "repository"), "full_name", path="repository.")


def _severity(fields: Object, branch: str, conclusion: str) -> str:
    """What fails on the default branch concerns everybody, elsewhere whoever works there."""
    default = field.text(field.inner(fields, "repository"), "default_branch")
    if conclusion == "action_required":
        return "warning"
    return "error" if branch in ("", default) else "warning"


def _example(now: datetime, conclusion: str) -> dict[str, object]:
    return {
        "action": "completed",
        "workflow_run": {
            "id": 289782451,
            "name": "CI",
            "workflow_id": 2823525,
            "head_branch": "main",
            "head_sha": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
            "event": "push",
            "run_attempt": 1,
            "status": "completed",
            "conclusion": conclusion,
            "display_title": "Let the checkout retry",
            "html_url": "https://github.com/example/shop/actions/runs/289782451",
            "run_started_at": now.isoformat(),
            "updated_at": now.isoformat(),
        },
        "repository": {"full_name": "example/shop", "default_branch": "main"},
    }
