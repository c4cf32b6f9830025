"""Options: what of the settings the parts of this process are told."""

from bot.domain.access.webhook import read_secret
from bot.domain.alert.signal import Severity
from bot.ingress.options import IngressOptions
from bot.ingress.peer import read_networks
from bot.outgoing.webhook import Webhook, WebhookOptions
from bot.settings.tree import Settings
from bot.usecases.admin import setting
from bot.usecases.desk import Desk
from bot.usecases.triage.agent_request import Question


def ingress_options(settings: Settings, *, shared: bool = False) -> IngressOptions:
    """What the HTTP server is told; ``shared`` if other processes serve HTTP as well."""
    http = settings.http
    return IngressOptions(
        host=http.host,
        port=http.port,
        max_body=http.max_body,
        max_in_flight=http.max_in_flight,
        source_rate=http.source_rate,
        source_burst=http.source_burst,
        source_daily_bytes=http.source_daily_bytes,
        mappings=settings.senders.mapping,
        sns_topics=settings.senders.sns_topics,
        max_connections=http.max_connections,
        proxies=read_networks(http.proxies),
        public_url=http.public_url or "",
        shared=shared,
        local_metrics=not (http.public_url or http.proxies)
        if http.local_metrics is None
        else http.local_metrics,
    )


def question_to(settings: Settings, desk: Desk) -> Question | None:
    """How the triage agent is asked, if there is one."""
    triage = settings.triage
    if triage.webhook is None or triage.secret is None:
        return None
    options = WebhookOptions(
        url=triage.webhook,
        key=read_secret(triage.secret.reveal()),
        hosts=frozenset({*triage.hosts, *triage.private_hosts}),
        private_hosts=frozenset(triage.private_hosts),
        patience=triage.timeout,
    )
    return Webhook(options, desk.clock).ask


def chosen_words(desk: Desk) -> dict[Severity, tuple[str, ...]]:
    """Who was chosen to be called in Discord, which wins over the configuration."""
    chosen = setting.chosen_pings(desk.project.settings)
    return {severity: tuple(map(str, role_ids)) for severity, role_ids in chosen.items()}


def ping_words(settings: Settings) -> dict[Severity, tuple[str, ...]]:
    """Who is called for which severity."""
    ping = settings.ping
    return {Severity.CRITICAL: ping.critical, Severity.WARNING: ping.warning, Severity.INFO: ping.info}
