"""Monitoring programs with what Tocsin gives them to run: Nagios, Icinga, Netdata's notifier, Zabbix."""

import asyncio
import getpass
import gzip
import json
import re
from functools import cache
from pathlib import Path

import pytest

from bot.domain.alert.alert import Alert, State
from bot.domain.alert.search import AlertFilter
from bot.providers.registry import SENDERS
from bot.providers.script import script
from bot.usecases.alert import query as alert_query
from tests.ingress.door import Door
from tests.peers.program import call, needs_unpacked, running, unpacked
from tests.waiting import until

NAGIOS = unpacked("nagios4-core", "usr/sbin/nagios4")
ICINGA = unpacked("icinga2-bin", "usr/lib/x86_64-linux-gnu/icinga2/sbin/icinga2")
NETDATA = unpacked("netdata-plugins-bash", "usr/lib/netdata/plugins.d/alarm-notify.sh")
ZABBIX = unpacked("zabbix-server-pgsql", "usr/bin/zabbix_js")
MEDIA_TYPES = unpacked("zabbix-server-pgsql", "usr/share/zabbix-server-pgsql/data.sql.gz")


async def alerts(door: Door) -> list[Alert]:
    page = await alert_query.listing(door.desk, AlertFilter())
    return [line.alert for line in page.lines]


async def states(door: Door) -> list[State]:
    return [alert.state for alert in await alerts(door)]


CHECK = """\
#!/bin/sh
if test -e {0}; then echo 'CRITICAL - "9%" free; $(touch {0}.no) `id` é'; exit 2; fi
echo OK
"""


async def follow_recipe(door: Door, folder: Path, sender: str, *, config: str) -> str:
    """Put our script and its configuration into a folder as the recipe says; the objects it wants besides."""
    issued = await door.add(sender, sender)
    program = folder / f"tocsin-{sender}.sh"
    program.write_text(script(sender)[1], encoding="utf-8")
    program.chmod(0o755)
    recipe = SENDERS[sender].receiver(f"{door.url}/v1/hooks/{sender}", issued.token)
    secrets, objects = recipe.split("\n\n", 1)
    (folder / "tocsin.conf").write_text(secrets)
    objects = objects.replace(f"/usr/local/bin/tocsin-{sender}.sh", str(program))
    return objects.replace(config, str(folder / "tocsin.conf"))


async def fill_and_empty(door: Door, folder: Path, *words: str) -> tuple[Alert, Path]:
    """Run a monitoring program while a disk is full and then is not; the alert, and what made it full."""
    full = folder / "full"
    (folder / "check").write_text(CHECK.format(full), encoding="utf-8")
    (folder / "check").chmod(0o755)
    full.touch()

    async def fires() -> bool:
        return await states(door) == [State.NEW]

    async def is_over() -> bool:
        return await states(door) == [State.RESOLVED]

    async with running(folder / "out", *words):
        await until(fires)
        full.unlink()
        await until(is_over)
    (alert,) = await alerts(door)
    return alert, full


# --- Nagios -----------------------------------------------------------------------------------------------


NAGIOS_CFG = """\
cfg_file={0}/objects.cfg
log_file={0}/log
object_cache_file={0}/objects.cache
status_file={0}/status
temp_file={0}/temp
temp_path={0}
lock_file={0}/lock
query_socket={0}/query
check_result_path={0}/results
command_file={0}/command
check_external_commands=0
retain_state_information=0
use_syslog=0
interval_length=1
service_inter_check_delay_method=n
nagios_user={1}
nagios_group={1}
illegal_macro_output_chars=`~$&|'"<>
"""
"""As Debian's, but for places and haste; the last line is what keeps outputs out of the shell's hands."""

NAGIOS_OBJECTS = """
define timeperiod {{
  timeperiod_name 24x7
  alias 24x7
  sunday 00:00-24:00
  monday 00:00-24:00
  tuesday 00:00-24:00
  wednesday 00:00-24:00
  thursday 00:00-24:00
  friday 00:00-24:00
  saturday 00:00-24:00
}}
define command {{
  command_name disk
  command_line {0}/check
}}
define host {{
  host_name nas-01
  alias The NAS
  address 127.0.0.1
  max_check_attempts 1
  contacts tocsin
  active_checks_enabled 0
  check_period 24x7
  notification_period 24x7
}}
define service {{
  host_name nas-01
  service_description Disk /srv
  check_command disk
  check_interval 1
  retry_interval 1
  max_check_attempts 1
  notification_interval 60
  check_period 24x7
  notification_period 24x7
  contacts tocsin
  notes_url https://runbooks.example.org/disk
}}
"""


@needs_unpacked(NAGIOS, "nagios4-core")
async def test_nagios_with_our_script_and_the_recipe(door: Door, tmp_path: Path) -> None:
    objects = await follow_recipe(door, tmp_path, "nagios", config="/etc/nagios4/tocsin.conf")
    (tmp_path / "objects.cfg").write_text(objects + NAGIOS_OBJECTS.format(tmp_path), encoding="utf-8")
    (tmp_path / "results").mkdir()
    (tmp_path / "nagios.cfg").write_text(NAGIOS_CFG.format(tmp_path, getpass.getuser()))
    alert, full = await fill_and_empty(door, tmp_path, str(NAGIOS), str(tmp_path / "nagios.cfg"))
    assert (alert.name, alert.target, alert.severity.value) == ("Disk /srv", "nas-01", "critical")
    assert alert.summary.startswith("CRITICAL - 9% free: (touch")
    assert not full.with_suffix(".no").exists()
    assert [link.url for link in alert.links] == ["https://runbooks.example.org/disk"]


# --- Icinga 2 ---------------------------------------------------------------------------------------------


ICINGA_CONF = """
object CheckerComponent "checker" {{ }}
object NotificationComponent "notification" {{ }}
object User "icingaadmin" {{ }}
object CheckCommand "disk" {{ command = [ "{0}/check" ] }}
object CheckCommand "fine" {{ command = [ "/bin/true" ] }}
object Host "nas-01" {{
  check_command = "fine"
  address = "192.0.2.5"
  check_interval = 1s
}}
object Service "disk" {{
  host_name = "nas-01"
  check_command = "disk"
  check_interval = 1s
  retry_interval = 1s
  max_check_attempts = 1
  notes_url = "https://runbooks.example.org/disk"
}}
"""


@needs_unpacked(ICINGA, "icinga2-bin")
async def test_icinga_with_our_script_and_the_recipe(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = await follow_recipe(door, tmp_path, "icinga2", config="/etc/icinga2/tocsin.conf")
    (tmp_path / "icinga2.conf").write_text(ICINGA_CONF.format(tmp_path) + objects)
    places = {
        "Data": "data",
        "Log": "log",
        "Cache": "cache",
        "Spool": "spool",
        "InitRun": "run",
        "Config": "",
    }
    for place in places.values():
        (tmp_path / place).mkdir(exist_ok=True)
    root = ICINGA.parents[5]
    monkeypatch.setenv("LD_LIBRARY_PATH", str(root / "usr/lib/x86_64-linux-gnu"))
    words = [str(ICINGA), "daemon", "-c", str(tmp_path / "icinga2.conf")]
    words += [f"-D{name}Dir={tmp_path / place}" for name, place in places.items()]
    words += [f"-DIncludeConfDir={root / 'usr/share/icinga2/include'}"]
    words += [f"-DRunAsUser={getpass.getuser()}", f"-DRunAsGroup={getpass.getuser()}"]
    alert, full = await fill_and_empty(door, tmp_path, *words)
    assert (alert.name, alert.target, alert.severity.value) == ("disk", "nas-01", "critical")
    assert 'CRITICAL - "9%" free; $(touch' in alert.summary
    assert not full.with_suffix(".no").exists()
    assert [link.url for link in alert.links] == ["https://runbooks.example.org/disk"]


# --- Netdata ----------------------------------------------------------------------------------------------


async def notify(folder: Path, *words: str) -> str:
    """Run ``alarm-notify.sh`` as the daemon does, with its configuration in ``folder``."""
    environment = {f"NETDATA_{name}_DIR": str(folder) for name in ("USER_CONFIG", "STOCK_CONFIG", "CACHE")}
    return await call("bash", str(NETDATA), *words, **environment)


def alarm(status: str, before: str) -> tuple[str, ...]:
    """The arguments for one alarm."""
    event = ("sysadmin", "nas-01", "1", "2", "3", "1795238400", "disk_space_usage", "disk_space._srv", "/srv")
    said = ("93.4", "70", "health.d/disks.conf", "60", "60", "%", "disk space utilization", "93.4%")
    return (*event, status, before, *said, "70%", "expression", "values", "0", "1")


@needs_unpacked(NETDATA, "netdata-plugins-bash")
async def test_netdatas_notifier_with_the_custom_sender_of_the_recipe(door: Door, tmp_path: Path) -> None:
    issued = await door.add("netdata", "netdata")
    recipe = SENDERS["netdata"].receiver(f"{door.url}/v1/hooks/netdata", issued.token)
    (tmp_path / "health_alarm_notify.conf").write_text("SEND_EMAIL=NO\n" + recipe)
    assert "sent nas-01" in await notify(tmp_path, *alarm("WARNING", "CLEAR"))
    await notify(tmp_path, *alarm("CRITICAL", "WARNING"))
    (alert,) = await alerts(door)
    assert (alert.state, alert.severity.value, alert.target) == (State.NEW, "critical", "nas-01")
    assert "93.4%" in alert.summary
    await notify(tmp_path, *alarm("CLEAR", "CRITICAL"))
    assert await states(door) == [State.RESOLVED]


@needs_unpacked(NETDATA, "netdata-plugins-bash")
async def test_netdatas_notifier_as_it_comes_through_discord_slack_and_pagerduty(
    door: Door, tmp_path: Path
) -> None:
    lines = ["SEND_EMAIL=NO"]
    for kind in ("discord", "slack"):
        issued = await door.add(kind, kind)
        url = SENDERS[kind].address(door.url, issued.source.id, issued.token)
        lines += [f'{kind.upper()}_WEBHOOK_URL="{url}"', f'DEFAULT_RECIPIENT_{kind.upper()}="alarms"']
    (tmp_path / "health_alarm_notify.conf").write_text("\n".join(lines))
    await notify(tmp_path, *alarm("CRITICAL", "CLEAR"))
    assert await states(door) == [State.NEW, State.NEW]
    await notify(tmp_path, *alarm("CLEAR", "CRITICAL"))
    assert await states(door) == [State.RESOLVED, State.RESOLVED]


# --- Zabbix -----------------------------------------------------------------------------------------------

MEDIA_TYPE = re.compile(r"^INSERT INTO media_type \((.*?)\) values \('(\d+)','4','([^']*)',", re.MULTILINE)
PARAMETER = re.compile(
    r"^INSERT INTO media_type_param .*? values \('\d+','(\d+)','(.*?)','(.*?)'\);", re.MULTILINE
)
LITERAL = re.compile(r"(E?)'((?:[^'\\]|\\.|'')*)'(?=[,)])", re.DOTALL)
MACROS = {
    "EVENT.SOURCE": "0",
    "EVENT.ID": "4711",
    "EVENT.NAME": 'High CPU "97%" on nas-01',
    "EVENT.SEVERITY": "High",
    "EVENT.NSEVERITY": "4",
    "EVENT.OPDATA": "97.5 %",
    "EVENT.TAGS": "component:cpu",
    "EVENT.TAGSJSON": '[{"tag":"component","value":"cpu"}]',
    "EVENT.DATE": "2026.11.21",
    "EVENT.TIME": "05:26:10",
    "EVENT.UPDATE.STATUS": "0",
    "EVENT.ACK.STATUS": "No",
    "HOST.NAME": "nas-01",
    "HOST.IP": "192.0.2.5",
    "TRIGGER.ID": "23456",
    "TRIGGER.DESCRIPTION": "CPU is busy.",
    "$ZABBIX.URL": "https://zabbix.example.org",
    "ALERT.SUBJECT": "Problem: High CPU",
    "ALERT.MESSAGE": "High CPU on nas-01",
}
OVER = {"EVENT.RECOVERY.DATE": "2026.11.21", "EVENT.RECOVERY.TIME": "05:30:10", "EVENT.VALUE": "0"}


async def run_webhook(code: str, parameters: dict[str, str], folder: Path) -> str:
    """Run the script of a media type as the server does."""
    (folder / "script.js").write_text(code, encoding="utf-8")
    (folder / "value.json").write_text(json.dumps(parameters), encoding="utf-8")
    words = ("-s", str(folder / "script.js"), "-i", str(folder / "value.json"), "-t", "30")
    return await call(str(ZABBIX), *words)


@cache
def media_types() -> str:
    """The statements by which Zabbix' own media types come into its database."""
    data = gzip.decompress(MEDIA_TYPES.read_bytes())
    parameters = data.rindex(b"INSERT INTO media_type_param ")
    return data[: data.index(b"\n", parameters)].decode()


def official(name: str) -> tuple[str, dict[str, str]]:
    """The script of one of Zabbix' own media types and the parameters it comes with."""
    data = media_types()
    found = next(each for each in MEDIA_TYPE.finditer(data) if each[3] == name)
    values = LITERAL.findall(data, found.start(2) - 1, data.find("\nINSERT INTO ", found.end()))
    escapes, code = values[found[1].split(",").index("script")]
    code = code.replace("''", "'")
    given = {each[2]: each[3] for each in PARAMETER.finditer(data) if each[1] == found[2]}
    return (re.sub(r"\\(.)", r"\1", code) if escapes else code), given


def filled(given: dict[str, str], *, over: bool) -> dict[str, str]:
    """The parameters of a media type as Zabbix fills them in; a macro that it does not know stays."""
    macros = MACROS | (OVER if over else {"EVENT.VALUE": "1"})
    return {
        name: re.sub(r"\{([A-Z$.]+)\}", lambda found: macros.get(found[1], found[0]), text)
        for name, text in given.items()
    }


@needs_unpacked(ZABBIX, "zabbix-server-pgsql")
async def test_zabbix_with_our_media_type(door: Door, tmp_path: Path) -> None:
    issued = await door.add("zabbix", "zabbix")
    url = f"{door.url}/v1/hooks/zabbix"
    given = dict(line.split(None, 1) for line in SENDERS["zabbix"].receiver(url, issued.token).splitlines())
    for over, state in ((False, State.NEW), (False, State.NEW), (True, State.RESOLVED)):
        said = await run_webhook(script("zabbix")[1], filled(given, over=over), tmp_path)
        assert said.strip() == "OK"
        (alert,) = await alerts(door)
        assert (alert.state, alert.severity.value, alert.target) == (state, "critical", "nas-01")
    assert [link.url for link in alert.links] == [
        "https://zabbix.example.org/tr_events.php?triggerid=23456&eventid=4711"
    ]


@needs_unpacked(ZABBIX, "zabbix-server-pgsql")
async def test_zabbix_own_media_types_for_discord_slack_pagerduty_and_opsgenie(
    door: Door, tmp_path: Path
) -> None:
    scripts: list[tuple[str, dict[str, str]]] = []
    for name in ("Discord", "PagerDuty", "Opsgenie"):
        code, given = await asyncio.to_thread(official, name)
        issued = await door.add(name.lower(), name.lower())
        url = SENDERS[name.lower()].address(door.url, issued.source.id, issued.token)
        ours = {
            "Discord": {"discord_endpoint": url},
            "PagerDuty": {"token": issued.token},
            "Opsgenie": {"opsgenie_api": f"{url}/v2/alerts", "opsgenie_token": issued.token},
        }
        scripts.append((code.replace("https://events.pagerduty.com", url), given | ours[name]))
    for over, state in ((False, State.NEW), (True, State.RESOLVED)):
        for code, given in scripts:
            await run_webhook(code, filled(given, over=over), tmp_path)
        assert set(await states(door)) == {state}
        assert len(await states(door)) == len(scripts)
