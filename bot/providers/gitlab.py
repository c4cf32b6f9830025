"""GitLab: pipelines, jobs and deployments.

A pipeline is the same alert as long as project and branch are, a job its name besides; a success ends it.
What was cancelled or skipped changes nothing; other events are stored and make no alert.
"""

from datetime import datetime
from typing import Final

from bot.domain.alert.signal import Reading
from bot.domain.errors import InvalidInputError
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.field import Object
from bot.providers.sender import Provider
from bot.providers.written_time import read_time

_ENDINGS: Final = {"failed": True, "success": False}


class GitLab(Provider):
    """GitLab."""

    name = "gitlab"
    title = "GitLab"
    where = "Project > Settings > Webhooks > Add new webhook. Trigger: Pipeline events, Deployment events."
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read ``{"object_kind": "pipeline", ...}``.

        Raises:
            InvalidInputError: it is no event of GitLab.
        """
        fields = field.read_object(payload)
        kind = field.text(fields, "object_kind", "event_name")
        if not kind:
            raise InvalidInputError("object_kind", "is missing")
        if kind == "pipeline":
            return _read_pipeline(fields)
        if kind in ("build", "job"):
            return _read_job(fields)
        if kind == "deployment":
            return _read_deployment(fields)
        return Reading(())

    def receiver(self, url: str, token: str) -> str:
        """What to fill in."""
        return f"URL:           {url}\nSecret token:  {token}\n"

    def example(self, now: datetime) -> dict[str, object]:
        """A pipeline that failed."""
        return _example(now, "failed")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, succeeding."""
        return _example(now, "success")


def _read_pipeline(fields: Object) -> Reading:
    what = field.inner(fields, "object_attributes")
    status = field.need(what, "status", path="object_attributes.")
    if status not in _ENDINGS:
        return Reading(())
    project, ref = _project(fields), field.need(what, "ref", path="object_attributes.")
    number = field.text(what, "id")
    page = (
        field.text(what, "url")
        or f"{field.text(field.inner(fields, 'project'), 'web_url')}/-/pipelines/{number}"
    )
    failed = [
        field.text(job, "name")
        for job in field.items(fields, "builds")
        if isinstance(job, dict) and job.get("status") == "failed" and job.get("allow_failure") is not True
    ]
    commit = field.inner(fields, "commit")
    labels = {
        "ref": ref,
        "source": field.text(what, "source"),
        "commit": field.text(what, "sha")[:12],
        "author": field.text(field.inner(fields, "user"), "username", "name"),
    }
    return one(
        build_signal(
            firing=_ENDINGS[status],
            name=f"pipeline on {ref}",
            severity=_severity(fields, ref),
            summary=f"{status} in {project}" + (f": {', '.join(failed[:5])}" if failed else ""),
            description=field.text(commit, "title", "message"),
            labels={name: text for name, text in labels.items() if text},
            links=[("Pipeline", page)],
            key=f"gl:{project}:pipeline:{ref}",
            rest=what,
            service=project,
            target=ref,
            started_at=read_time(what.get("created_at")),
            ended_at=read_time(what.get("finished_at")),
        )
    )


def _read_job(fields: Object) -> Reading:
    status = field.need(fields, "build_status", "status")
    if status not in _ENDINGS or fields.get("build_allow_failure") is True:
        return Reading(())
    project, ref, name = _project(fields), field.text(fields, "ref"), field.need(fields, "build_name", "name")
    page = f"{field.text(field.inner(fields, 'project', 'repository'), 'web_url', 'homepage')}/-/jobs/"
    return one(
        build_signal(
            firing=_ENDINGS[status],
            name=f"{name} on {ref}" if ref else name,
            severity=_severity(fields, ref),
            summary=field.text(fields, "build_failure_reason").replace("_", " ") or f"{status} in {project}",
            labels={"ref": ref, "stage": field.text(fields, "build_stage")},
            links=[("Job", page + field.text(fields, "build_id"))],
            key=f"gl:{project}:job:{name}:{ref}",
            service=project,
            target=ref,
            started_at=read_time(fields.get("build_started_at")),
            ended_at=read_time(fields.get("build_finished_at")),
        )
    )


def _read_deployment(fields: Object) -> Reading:
    status = field.need(fields, "status")
    if status not in _ENDINGS:
        return Reading(())
    project, where = _project(fields), field.need(fields, "environment")
    return one(
        build_signal(
            firing=_ENDINGS[status],
            name=f"deployment to {where}",
            severity="error",
            summary=f"{status} in {project}",
            description=field.text(fields, "commit_title"),
            labels={"environment": where, "ref": field.text(fields, "ref")},
            links=[
                ("Job", fields.get("deployable_url")),
                ("Environment", fields.get("environment_external_url")),
            ],
            key=f"gl:{project}:deployment:{where}",
            service=project,
            target=where,
            started_at=read_time(fields.get("status_changed_at")),
        )
    )


def _project(fields: Object) -> str:
    project = field.inner(fields, "project")
    return field.text(project, "path_with_namespace", "name") or field.need(fields, "project_name")


def _severity(fields: Object, ref: str) -> str:
    """What fails on the default branch concerns everybody, elsewhere whoever works there."""
    default = field.text(field.inner(fields, "project"), "default_branch") or "main"
    return "error" if ref in ("", default) else "warning"


def _example(now: datetime, status: str) -> dict[str, object]:
    return {
        "object_kind": "pipeline",
        "object_attributes": {
            "id": 31,
            "ref": "main",
            "sha": "bcbb5ec396a2c0f828686f14fac9b80b780504f2",
            "source": "push",
            "status": status,
            "created_at": now.strftime("%Y-%m-%d %H:%M:%S UTC"),
            "finished_at": now.strftime("%Y-%m-%d %H:%M:%S UTC"),
            "url": "https://gitlab.example.org/example/shop/-/pipelines/31",
        },
        "project": {
            "path_with_namespace": "example/shop",
            "default_branch": "main",
            "web_url": "https://gitlab.example.org/example/shop",
        },
        "commit": {"title": "Let the checkout retry"},
        "builds": [{"name": "test", "status": status, "allow_failure": False}],
    }
