"""The doctor's table: broken set-ups, the sentence each prints, and what keeps `run` from running."""

import asyncio
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from bot.__main__ import main
from bot.clock import SystemClock
from bot.delivery.wire.redirect import redirect
from bot.doctor import diagnosis, host
from bot.sandbox.model.channel import Overwrite
from bot.sandbox.server import Sandbox
from storage import schema


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A small Discord on a loop of its own: the command line under test brings its own too."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> Sandbox:
        made = Sandbox()
        await made.start()
        return made

    made = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    yield made
    asyncio.run_coroutine_threadsafe(made.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@dataclass
class Place:
    """A set-up in which all is well, to be broken."""

    folder: Path
    sandbox: Sandbox
    patch: pytest.MonkeyPatch
    taken: list[socket.socket] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def set(self, **names: object) -> None:
        for name, value in names.items():
            self.patch.setenv(f"TOCSIN_{name}", str(value))

    def migrate(self) -> Path:
        file = self.data / "tocsin.db"
        self.data.mkdir(mode=0o700)
        schema.upgrade_now(f"sqlite:///{file}")
        return file


@pytest.fixture
def place(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "TOCSIN_DATABASE_URL", "TOCSIN_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    made = Place(tmp_path, sandbox, monkeypatch)
    made.set(
        DATA=made.data,
        DISCORD_TOKEN=sandbox.bot_token,
        DISCORD_URL=sandbox.url,
        GUILD=sandbox.guild_id,
        DEFAULT_CHANNEL=sandbox.channels["alerts"],
        PING_CRITICAL="on-call",
        PORT=0,
        PUBLIC_URL=sandbox.url,
    )
    interval = sys.getswitchinterval()
    yield made
    for each in made.taken:
        each.close()
    sys.setswitchinterval(interval)
    redirect(None)


def no_token(place: Place) -> None:
    place.patch.delenv("TOCSIN_DISCORD_TOKEN")


def data_is_a_file(place: Place) -> None:
    place.data.write_text("")


def data_is_below_a_file(place: Place) -> None:
    (place.folder / "file").write_text("")
    place.set(DATA=place.folder / "file" / "data")


def data_cannot_be_written(place: Place) -> None:
    place.set(DATA="/proc/self")  # even root makes no folder there


def data_cannot_be_made(place: Place) -> None:
    place.set(DATA="/proc/tocsin")


def another_has_the_port(place: Place) -> None:
    place.taken.append(socket.create_server(("127.0.0.1", 0)))
    place.set(PORT=place.taken[0].getsockname()[1])


def the_address_is_of_another_machine(place: Place) -> None:
    place.set(HOST="192.0.2.1")


def little_room(place: Place) -> None:
    place.patch.setattr(host, "free_bytes", lambda _: 90 * 2**20)


def no_room(place: Place) -> None:
    place.patch.setattr(host, "free_bytes", lambda _: 3 * 2**20)


def a_newer_schema(place: Place) -> None:
    with sqlite3.connect(place.migrate()) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
    connection.close()


def no_database(place: Place) -> None:
    place.data.mkdir()
    (place.data / "tocsin.db").write_text("this is a text and no database of SQLite, however long it is")


def a_key_that_is_none(place: Place) -> None:
    place.migrate()
    (place.data / "secret.key").write_text("abc")


def a_channel_by_name(place: Place) -> None:
    place.set(DEFAULT_CHANNEL="#alerts")


def no_toml(place: Place) -> None:
    (place.folder / "tocsin.toml").write_text("[discord\n")


def no_such_file(place: Place) -> None:
    place.set(CONFIG="nowhere.toml")


def another_kind_of_database(place: Place) -> None:
    place.set(DATABASE_URL="mysql://127.0.0.1/tocsin")


def a_database_that_is_not_there(place: Place) -> None:
    place.set(DATABASE_URL="postgresql://tocsin:hunter2@127.0.0.1:9/tocsin")


def a_misspelt_variable(place: Place) -> None:
    place.set(DEFAULT_CHANEL=1)


def a_wrong_token(place: Place) -> None:
    place.set(DISCORD_TOKEN="a.b.c")


def nobody_at_discord(place: Place) -> None:
    place.set(DISCORD_URL="http://127.0.0.1:9")


def another_server(place: Place) -> None:
    place.set(GUILD=4242)


def the_channel_is_gone(place: Place) -> None:
    place.set(DEFAULT_CHANNEL=4242)


def the_incidents_are_nowhere(place: Place) -> None:
    place.set(INCIDENTS_CHANNEL=4243)


def the_server_as_a_channel(place: Place) -> None:
    place.set(DEFAULT_CHANNEL=place.sandbox.guild_id)


def a_source_goes_nowhere(place: Place) -> None:
    low = place.sandbox.channels["alerts-low"]
    assert main(["source", "add", "prod", "--provider", "generic", "--channel", str(low)]) == 0
    place.patch.delitem(place.sandbox.world.channels, low)  # it is deleted later


def the_bot_may_not_write(place: Place) -> None:
    bot = place.sandbox.world.bot.user.id
    overwrites = place.sandbox.world.channels[place.sandbox.channels["alerts"]].overwrites
    place.patch.setitem(overwrites, bot, Overwrite(bot, 1, 0, 1 << 11))


def nobody_wakes(place: Place) -> None:
    place.patch.delenv("TOCSIN_PING_CRITICAL")


def a_role_that_is_not_there(place: Place) -> None:
    place.set(PING_CRITICAL="night-shift")


def no_channel(place: Place) -> None:
    place.patch.delenv("TOCSIN_DEFAULT_CHANNEL")


class SlowClock(SystemClock):
    def now(self) -> datetime:
        return super().now() - timedelta(minutes=10)


def a_clock_that_is_slow(place: Place) -> None:
    place.patch.setattr(diagnosis, "SystemClock", SlowClock)


def no_pictures(place: Place) -> None:
    place.patch.setattr(host, "find_spec", lambda _: None)


def a_public_address_without_anybody(place: Place) -> None:
    place.set(PUBLIC_URL="http://127.0.0.1:9")


KEPT_FROM_RUNNING = [
    (no_token, "No bot token is set.", "is required and not set; how to get it: tocsin check"),
    (data_is_a_file, "data is a file, but a folder for data is needed there.", ""),
    (data_is_below_a_file, "file is a file, but a folder for data is needed there.", ""),
    (data_cannot_be_written, "The folder /proc/self cannot be written to: ", ""),
    (data_cannot_be_made, "The folder /proc/tocsin cannot be made in /proc: ", ""),
    (another_has_the_port, " of 127.0.0.1 is in use.", ""),
    (the_address_is_of_another_machine, "192.0.2.1:0 cannot be opened: ", ""),
    (a_newer_schema, "The database has the tables of a newer Tocsin (9999_future)", ""),
    (no_database, "file is not a database", ""),
    (a_key_that_is_none, "secret.key: is not a key: it must hold 32 bytes as hex digits", ""),
    (a_channel_by_name, "must be an id, which is a number, and not a name: in Discord, Settings", ""),
    (no_toml, "tocsin.toml: is not valid TOML", ""),
    (no_such_file, "nowhere.toml: there is no such file", ""),
    (another_kind_of_database, "TOCSIN_DATABASE_URL", ""),
    (a_database_that_is_not_there, "postgresql://127.0.0.1:9/tocsin", ""),
]
KEPT_FROM_PEOPLE = [
    (no_room, "is nearly full: 3 MiB are free."),
    (a_wrong_token, "Discord refuses the bot token."),
    (nobody_at_discord, "http://127.0.0.1:9 cannot be reached"),
    (another_server, "The bot is in no server with the id 4242; it is in Tocsin sandbox ("),
    (the_channel_is_gone, "Correct discord.default_channel (TOCSIN_DEFAULT_CHANNEL): in Discord right-click"),
    (the_incidents_are_nowhere, "Correct incidents.channel (TOCSIN_INCIDENTS_CHANNEL): in Discord"),
    (the_server_as_a_channel, "is the id of the server Tocsin sandbox itself, not of a channel."),
    (a_source_goes_nowhere, "Pick another: tocsin source move prod --channel ID"),
    (the_bot_may_not_write, "#alerts: the bot lacks "),
    (nobody_wakes, "Criticals wake nobody"),
    (no_channel, "No channel is configured, alerts have nowhere to go."),
]
WORTH_KNOWING = [
    (little_room, "is nearly full: 90 MiB are free."),
    (a_misspelt_variable, "did you mean TOCSIN_DEFAULT_CHANNEL?"),
    (a_role_that_is_not_there, "there is no role night-shift to ping."),
    (a_clock_that_is_slow, "s behind Discord's."),
    (no_pictures, "Pictures are missing: matplotlib is not installed"),
    (a_public_address_without_anybody, "http://127.0.0.1:9 does not answer"),
]

Break = Callable[[Place], None]


def said(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    code = main(line.split())
    told = capsys.readouterr()
    return code, told.out + told.err


@pytest.mark.parametrize(("spoil", "sentence", "other"), KEPT_FROM_RUNNING)
def test_check_names_what_run_dies_of(
    place: Place, spoil: Break, sentence: str, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(place)
    code, words = said("check", capsys)
    assert sentence in words
    assert code in {1, 2}
    code, words = said("run", capsys)
    lines = [line for line in words.splitlines() if not line.startswith("{")]
    assert code in {1, 2}
    assert "Traceback" not in words
    assert "hunter2" not in words
    assert (other or sentence) in "\n".join(lines)
    assert len([line for line in lines if line.startswith("tocsin: ")]) == 1


@pytest.mark.parametrize(("spoil", "sentence"), KEPT_FROM_PEOPLE)
def test_what_keeps_alerts_from_people_is_exit_code_1(
    place: Place, spoil: Break, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(place)
    code, words = said("check", capsys)
    assert sentence in words
    assert code == 1


@pytest.mark.parametrize(("spoil", "sentence"), WORTH_KNOWING)
def test_what_only_is_worth_knowing_is_exit_code_0(
    place: Place, spoil: Break, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(place)
    code, words = said("check", capsys)
    assert sentence in words
    assert code == 0


def test_a_set_up_without_faults_gets_no_complaint_and_no_file(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.patch.delenv("TOCSIN_PUBLIC_URL")
    code, words = said("check", capsys)
    assert code == 0
    assert "Errors: 0, warnings: 1." in words
    assert "No public address is set" in words
    assert not place.data.exists()


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("wrong", ["alerts", "5", "-1", "9" * 30])
def test_a_channel_that_can_be_none_is_refused_by_name(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["source", "move", "prod", "--channel", wrong])
    assert end.value.code == 2
    assert "right-click the channel, Copy Channel ID" in capsys.readouterr().err
