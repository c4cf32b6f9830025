"""``tocsin config``: the settings, explained."""

import sys
from argparse import Namespace
from importlib.resources import files
from pathlib import Path
from typing import Final

import bot

_NAME: Final = "tocsin.example.toml"


def example(_args: Namespace) -> int:
    """Print the commented configuration; an installed package carries it, a checkout has it at its root."""
    packaged = files(bot) / "settings" / _NAME
    path = packaged if packaged.is_file() else Path(bot.__file__).parents[1] / _NAME
    sys.stdout.write(path.read_text(encoding="utf-8"))
    return 0
