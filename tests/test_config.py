"""Settings: where they come from, and what is said when they are wrong."""

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import IncidentLevel, IncidentRules
from bot.settings.database import database_choice
from bot.settings.environment import keys, strays
from bot.settings.tree import ConfigError, Settings
from bot.settings.value import read_duration

EXAMPLE = Path(__file__).parents[1] / "tocsin.example.toml"
KEYS = list(keys(Settings))


def load(
    text: str = "", environ: Mapping[str, str] | None = None, *, folder: Path, **more: object
) -> Settings:
    file = folder / "tocsin.toml"
    file.write_text(text, encoding="utf-8")
    return Settings.load(file, environ=environ or {}, **more)  # type: ignore[arg-type] # both kinds of keyword


def complaints(text: str = "", environ: Mapping[str, str] | None = None, *, folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(text, environ, folder=folder)
    return [str(problem) for problem in caught.value.problems]


def test_the_example_says_the_defaults() -> None:
    assert Settings.load(EXAMPLE, environ={}) == Settings()


def test_the_example_shows_every_setting_with_its_environment_name() -> None:
    section = ""
    shown = {}
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"\[(\w+)]", line):
            section = found[1]
        elif found := re.match(r"(?:# )?(\w+) = .+ # (TOCSIN_\w+)", line):
            shown[f"{section}.{found[1]}"] = found[2]
    assert shown == {str(key): key.environ for key in KEYS}


def test_the_example_is_valid_with_every_line_uncommented(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^# (\w+ = )", r"\1", EXAMPLE.read_text(encoding="utf-8"))
    settings = load(text, folder=tmp_path)
    given = {f"{section}.{name}" for section, table in tomllib.loads(text).items() for name in table}
    assert given == {str(key) for key in KEYS}
    assert settings.discord.default_channel == 123456789012345678


def test_no_two_settings_share_a_name_in_the_environment() -> None:
    names = [key.environ for key in KEYS]
    assert len(set(names)) == len(names)


def test_the_names_that_other_programs_use() -> None:
    assert {
        "TOCSIN_DISCORD_URL": "discord.url",
        "TOCSIN_DISCORD_TOKEN": "discord.token",
        "TOCSIN_DEFAULT_CHANNEL": "discord.default_channel",
        "TOCSIN_GUILD": "discord.guild",
        "TOCSIN_DATABASE_URL": "storage.database_url",
        "TOCSIN_DATA": "storage.data",
        "TOCSIN_SECRET_KEY": "storage.secret_key",
        "TOCSIN_PORT": "http.port",
        "TOCSIN_HOST": "http.host",
        "TOCSIN_PUBLIC_URL": "http.public_url",
        "TOCSIN_LOG_LEVEL": "log.level",
        "TOCSIN_LOG_FORMAT": "log.format",
        "TOCSIN_ALERTS_TTL": "alerts.ttl",
    }.items() <= {key.environ: str(key) for key in KEYS}.items()


def test_the_caller_wins_over_the_environment_over_its_files_over_toml(tmp_path: Path) -> None:
    secret = tmp_path / "port"
    secret.write_text("3\n", encoding="utf-8")
    text = "[http]\nport = 4"
    from_file = {"TOCSIN_PORT_FILE": str(secret)}
    environ = from_file | {"TOCSIN_PORT": "2"}
    assert load(text, folder=tmp_path).http.port == 4
    assert load(text, from_file, folder=tmp_path).http.port == 3
    assert load(text, environ, folder=tmp_path).http.port == 2
    assert load(text, environ, folder=tmp_path, http={"port": 1}).http.port == 1


def test_sources_are_merged_setting_by_setting(tmp_path: Path) -> None:
    settings = load('[http]\nhost = "0.0.0.0"', {"TOCSIN_PORT": "0"}, folder=tmp_path)
    assert (settings.http.host, settings.http.port) == ("0.0.0.0", 0)  # noqa: S104 -- only compared


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    assert load(environ={"TOCSIN_PORT": ""}, folder=tmp_path).http.port == 8080


def test_constructing_reads_nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP", '{"port": 1}')
    monkeypatch.setenv("TOCSIN_PORT", "1")
    assert Settings().http.port == 8080


def test_the_file_is_the_one_named_by_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("[http]\nport = 5", encoding="utf-8")
    assert Settings.load(environ={"TOCSIN_CONFIG": str(file)}).http.port == 5


def test_lists_in_the_environment_are_separated_by_commas(tmp_path: Path) -> None:
    settings = load(environ={"TOCSIN_ROLES_RESPOND": "on-call, 42 ,"}, folder=tmp_path)
    assert settings.roles.respond == ("on-call", "42")


def test_roles_may_be_ids_in_toml(tmp_path: Path) -> None:
    assert load("[ping]\ncritical = [42]", folder=tmp_path).ping.critical == ("42",)


def test_all_errors_are_told_at_once_with_both_names(tmp_path: Path) -> None:
    text = """
    [http]
    port = "abc"
    hots = "x"
    [alerts]
    ttl = 30
    [alert]
    ttl = "1m"
    """
    nowhere, unread = tmp_path / "nowhere", "discord.token (TOCSIN_DISCORD_TOKEN_FILE)"
    environ = {
        "TOCSIN_PUBLIC_URL": "ftp://x",
        "TOCSIN_DISCORD_TOKEN_FILE": str(nowhere),
        "TOCSIN_LOG_LEVEL": "loud",
    }
    said = "\n".join(sorted(complaints(text, environ, folder=tmp_path)))
    assert said == "\n".join(
        [
            "alert: is no setting; did you mean alerts?",
            'alerts.ttl (TOCSIN_ALERTS_TTL): must be a duration such as "90s", "30m", "1h30m" or "2d"',
            f"{unread}: cannot read the file {nowhere}: No such file or directory",
            "http.hots: is no setting; did you mean http.host?",
            "http.port (TOCSIN_PORT): must be a whole number",
            "http.public_url (TOCSIN_PUBLIC_URL): must be an address that begins with http:// or https://",
            "log.level (TOCSIN_LOG_LEVEL): must be 'debug', 'info', 'warning' or 'error'",
        ]
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[http", "is not valid TOML: "),
        ("http = 3", "http: must be a table: [http]"),
        ("[http]\nport = 70000", "http.port (TOCSIN_PORT): "),
        ("[storage]\ndata = 3", "storage.data (TOCSIN_DATA): must be a path in quotes"),
        ("[http]\nhost = 3", "http.host (TOCSIN_HOST): must be a text in quotes"),
        ("[roles]\nview = 3", "roles.view (TOCSIN_ROLES_VIEW): must be a list of texts"),
        ('[http]\nmax_body = "1 lot"', "http.max_body (TOCSIN_HTTP_MAX_BODY): must be a size such as"),
        ('[http]\nmax_body = "many"', "http.max_body (TOCSIN_HTTP_MAX_BODY): must be a size such as"),
        ("[roles]\nview = [1.5]", "roles.view (TOCSIN_ROLES_VIEW): "),
        ('[incidents]\ncap_info = "bad"', "must be one of P0 (worst), P1, P2, P3, P4"),
        ('[incidents]\nremind_p0 = "30s"', 'must be "1m" at least, or "0s" for never'),
        ('[incidents]\nsnooze = "0s"', '(TOCSIN_INCIDENTS_SNOOZE): must be "1m" at least'),
        ('[incidents]\nauto_resolve = "perhaps"', "must be true or false"),
        ("[incidents]\nauto_resolve = 7", "must be true or false"),
        ("[incidents]\nchannel = 0", "incidents.channel (TOCSIN_INCIDENTS_CHANNEL): must be greater than 0"),
    ],
)
def test_a_wrong_value_is_explained(text: str, reason: str, tmp_path: Path) -> None:
    (said,) = complaints(text, folder=tmp_path)
    assert reason in said


def test_cards_and_accounts_are_asked_for_by_one_setting(tmp_path: Path) -> None:
    assert not Settings().redaction.numbers
    assert load("[redaction]\nnumbers = true", {}, folder=tmp_path).redaction.numbers
    assert load("", {"TOCSIN_REDACTION_NUMBERS": "true"}, folder=tmp_path).redaction.numbers


def test_what_is_set_for_incidents_becomes_their_rules(tmp_path: Path) -> None:
    assert Settings().incidents.rules == IncidentRules()
    environ = {"TOCSIN_INCIDENTS_REMIND_P1": "0s", "TOCSIN_INCIDENTS_AUTO_RESOLVE": "true"}
    text = '[incidents]\nchannel = 77\ncap_warning = "p2"\nremind_p4 = "2h"'
    rules = load(text, environ, folder=tmp_path).incidents.rules
    assert (rules.channel_id, rules.caps[Severity.WARNING], rules.resolve_with_alerts) == (
        77,
        IncidentLevel.P2,
        True,
    )
    assert set(rules.reminders) == {IncidentLevel.P0, IncidentLevel.P2, IncidentLevel.P4}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("example.org", "must be an address that begins with http:// or https://"),
        ("http://", "must be an address that begins with http:// or https://"),
        ("https://user:pw@host", "must be a bare address, without user, query or fragment"),
        ("https://host?a=b", "must be a bare address, without user, query or fragment"),
        ("http://a b", "must be an address without spaces"),
        ("http://a\nb", "must be an address without spaces"),
        ("http://a:0", "must be an address without spaces, and with a port from 1"),
        ("http://a:99999", "Port out of range 0-65535"),
    ],
)
def test_an_address_that_could_not_be_called_is_refused(url: str, reason: str, tmp_path: Path) -> None:
    (said,) = complaints(environ={"TOCSIN_PUBLIC_URL": url}, folder=tmp_path)
    assert said.startswith(f"http.public_url (TOCSIN_PUBLIC_URL): {reason}")


def test_a_missing_file_is_an_error_only_when_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.load(environ={}) == Settings()
    with pytest.raises(ConfigError, match="there is no such file"):
        Settings.load(tmp_path / "none.toml", environ={})


def test_what_is_required_and_missing_is_told_with_the_rest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load("[http]\nport = -1", folder=tmp_path, required=["discord.token", "http.host"])
    assert [problem.where for problem in caught.value.problems] == [
        "discord.token (TOCSIN_DISCORD_TOKEN)",
        "http.host (TOCSIN_HOST)",
        "http.port (TOCSIN_PORT)",
    ]


def test_a_secret_prints_nowhere(tmp_path: Path) -> None:
    environ = {"TOCSIN_DISCORD_TOKEN": "hunter2", "TOCSIN_DATABASE_URL": "postgresql://u:hunter2@h/d"}
    settings = load(environ=environ, folder=tmp_path)
    choice = database_choice(settings, environ)
    for text in (repr(settings), str(settings), str(asdict(settings)), repr(choice), choice.shown):
        assert "hunter2" not in text


def test_a_secret_of_the_wrong_kind_is_not_repeated(tmp_path: Path) -> None:
    said = complaints("[discord]\ntoken = [424242]\n[storage]\nsecret_key = 424242", folder=tmp_path)
    assert len(said) == 2
    assert "424242" not in "".join(said)


def test_misspelled_variables_are_found() -> None:
    environ = {"TOCSIN_PORT": "1", "TOCSIN_CONFIG": "x", "TOCSIN_DATA_FILE": "y", "TOCSIN_DISCORD_TOKN": "z"}
    (stray,) = strays(Settings, environ)
    assert str(stray) == "TOCSIN_DISCORD_TOKN: is no setting; did you mean TOCSIN_DISCORD_TOKEN?"


@given(days=st.integers(0, 99), hours=st.integers(0, 99), minutes=st.integers(0, 99))
def test_a_duration_is_the_sum_of_its_parts(days: int, hours: int, minutes: int) -> None:
    expected = timedelta(days=days, hours=hours, minutes=minutes)
    assert read_duration(f"{days}d{hours}h{minutes}m") == expected


@given(st.text(alphabet="0123456789smhd .-", max_size=14))
def test_a_duration_is_read_or_refused_in_words(text: str) -> None:
    try:
        assert read_duration(text) >= timedelta(0)
    except ValueError as error:
        said = str(error)
    else:
        said = ""
    assert said in {"", 'must be a duration such as "90s", "30m", "1h30m" or "2d"'}


def test_what_an_alertmanager_is_shown_stands_in_the_file_or_the_environment(tmp_path: Path) -> None:
    text = '[senders.poll.prod]\nusername = "tocsin"\nsecret_file = "/run/secrets/am"\n'
    (found,) = load(text, folder=tmp_path).senders.poll.values()
    assert (found.username, found.file) == ("tocsin", Path("/run/secrets/am"))
    environ = {"TOCSIN_SENDERS_POLL": '{"prod": {"secret": "geheim"}}'}
    found = load(environ=environ, folder=tmp_path).senders.poll["prod"]
    assert (found.username, found.secret) == ("", "geheim")
    for wrong, said in (
        ("{}", "needs one of secret and secret_file"),
        ('{"secret": "a", "secret_file": "b"}', "needs one of"),
        ('{"secret": "a\\nb"}', "one line of ASCII"),
        ('{"password": "geheim"}', "prod may have secret, secret_file, username"),
        ('{"username": "a:b", "secret": "c"}', "no colon"),
        ('"geheim"', "prod may have"),
    ):
        (told,) = complaints(environ={"TOCSIN_SENDERS_POLL": f'{{"prod": {wrong}}}'}, folder=tmp_path)
        assert said in told
        assert "geheim" not in told
