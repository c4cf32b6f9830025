"""Nagios: what the notification script that Tocsin ships (`scripts`) posts."""

from datetime import datetime
from typing import Final

from bot.domain.alert.signal import Reading
from bot.providers import macro
from bot.providers.sender import Provider

_RECIPE: Final = """\
# /etc/nagios4/tocsin.conf, mode 0640, group nagios
TOCSIN_URL=<url>
TOCSIN_TOKEN=<token>

# commands.cfg (nagios.cfg needs enable_environment_macros=1, or give the macros as below)
define command {
  command_name  tocsin
  command_line  NOTIFICATIONTYPE='$NOTIFICATIONTYPE$' HOSTNAME='$HOSTNAME$' HOSTALIAS='$HOSTALIAS$' \\
    HOSTADDRESS='$HOSTADDRESS$' HOSTSTATE='$HOSTSTATE$' HOSTOUTPUT="$HOSTOUTPUT$" \\
    SERVICEDESC='$SERVICEDESC$' \\
    SERVICESTATE='$SERVICESTATE$' SERVICEOUTPUT="$SERVICEOUTPUT$" SERVICENOTESURL='$SERVICENOTESURL$' \\
    TIMET='$TIMET$' /usr/local/bin/tocsin-nagios.sh /etc/nagios4/tocsin.conf
}
define contact {
  contact_name                   tocsin
  host_notification_commands     tocsin
  service_notification_commands  tocsin
  host_notification_period       24x7
  service_notification_period    24x7
  host_notification_options      d,u,r
  service_notification_options   w,u,c,r
}
"""


class Nagios(Provider):
    """Nagios."""

    name = "nagios"
    title = "Nagios"
    where = "Put the script onto the monitoring host; `tocsin source recipe nagios --script` prints it."
    language = "cfg"

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
