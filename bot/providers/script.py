"""Script: what Tocsin ships for monitoring programs that cannot post by themselves."""

from importlib.resources import files

from bot.domain.errors import NotFoundError

_SCRIPTS = {
    "nagios": "tocsin-nagios.sh",
    "icinga2": "tocsin-icinga2.sh",
    "monit": "tocsin-monit.sh",
    "zabbix": "tocsin-zabbix.js",
}


def script(provider: str) -> tuple[str, str]:
    """The name and the text of a provider's script.

    Raises:
        NotFoundError: it has none.
    """
    name = _SCRIPTS.get(provider)
    if name is None:
        raise NotFoundError("script", provider)
    return name, read_text(name)


def read_text(name: str) -> str:
    """A file out of the folder ``scripts``."""
    return files("bot.providers").joinpath("scripts", name).read_text(encoding="utf-8")
