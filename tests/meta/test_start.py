"""What a start leaves alone: libraries and parts of our own that most desks never need.

Each costs memory as long as the desk runs, and time at every start; `docs/performance.md` says how much.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
KEPT_OUT: Final = {
    "alembic": "only a database that lacks migrations needs it",
    "asyncpg": "a file needs nothing of PostgreSQL",
    "bot.demo.run": "`tocsin demo` alone tells a story",
    "bot.sandbox": "the small Discord is for demos and tests",
    "click": "nobody types at a library's own command line",
    "cryptography": "only certificates of SNS are read with it",
    "matplotlib": "pictures are drawn when somebody asks for one",
    "pygments": "tracebacks are plain",
    "pydantic": "settings are read by readers of our own",
    "pydantic_settings": "settings are read by readers of our own",
    "rich": "tracebacks are plain",
    "sqlalchemy.dialects.postgresql": "a file needs nothing of PostgreSQL",
    "sqlalchemy.ext.asyncio": "it brings the ORM; a file is read in threads",
    "sqlalchemy.orm": "rows are read without it",
}
"""What a desk on a file does not load to start, and why not."""
_ASK: Final = (
    "import sys, bot.__main__, bot.verbs.desk; print(*(name for name, it in sys.modules.items() if it))"
)


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """What `tocsin run` has loaded before it opens anything."""
    done = subprocess.run([sys.executable, "-c", _ASK], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", KEPT_OUT)
def test_a_start_leaves_it_alone(name: str, loaded: set[str]) -> None:
    found = {each for each in loaded if f"{each}.".startswith(f"{name}.")}
    assert not found, f"import it where it is used: {KEPT_OUT[name]}"


def test_what_a_start_needs_is_there(loaded: set[str]) -> None:
    assert {"bot.app", "cogs.bot", "storage.engine", "discord.ext.commands", "aiohttp.web"} <= loaded
