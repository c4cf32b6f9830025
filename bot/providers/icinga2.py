"""Icinga 2: what the notification script that Tocsin ships (`scripts`) posts."""

from datetime import datetime
from typing import Final

from bot.domain.alert.signal import Reading
from bot.providers import macro
from bot.providers.sender import Provider

_RECIPE: Final = """\
# /etc/icinga2/tocsin.conf, mode 0640, group nagios
TOCSIN_URL=<url>
TOCSIN_TOKEN=<token>

# conf.d/tocsin.conf
object NotificationCommand "tocsin" {
  command = [ "/usr/local/bin/tocsin-icinga2.sh", "/etc/icinga2/tocsin.conf" ]
  env = {
    NOTIFICATIONTYPE = "$notification.type$"
    NOTIFICATIONAUTHOR = "$notification.author$"
    NOTIFICATIONCOMMENT = "$notification.comment$"
    HOSTNAME = "$host.name$"
    HOSTDISPLAYNAME = "$host.display_name$"
    HOSTADDRESS = "$address$"
    HOSTSTATE = "$host.state$"
    HOSTOUTPUT = "$host.output$"
    HOSTNOTESURL = "$host.notes_url$"
    SERVICENAME = "$service.name$"
    SERVICESTATE = "$service.state$"
    SERVICEOUTPUT = "$service.output$"
    SERVICENOTESURL = "$service.notes_url$"
    TIMET = "$icinga.timet$"
  }
}
apply Notification "tocsin-host" to Host {
  command = "tocsin"
  users = [ "icingaadmin" ]
  assign where true
}
apply Notification "tocsin-service" to Service {
  command = "tocsin"
  users = [ "icingaadmin" ]
  assign where true
}
"""


class Icinga2(Provider):
    """Icinga 2."""

    name = "icinga2"
    title = "Icinga 2"
    where = "Put the script onto the monitoring host; `tocsin source recipe icinga2 --script` prints it."
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read the macros of one notification.

        Raises:
            InvalidInputError: there is no host or no state in them.
        """
        return macro.read_notification(payload, self.name, self.title)

    def receiver(self, url: str, token: str) -> str:
        """The file with address and token, and the command that calls the script."""
        return _RECIPE.replace("<url>", url).replace("<token>", token)

    def example(self, now: datetime) -> dict[str, object]:
        """A service in trouble."""
        return macro.example(now, "CRITICAL")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, well again."""
        return macro.example(now, "OK")
