"""The rules of ``allowed_mentions``."""

from bot.sandbox.limit.form import Field
from bot.sandbox.model.mention import Allowed

KINDS = ("roles", "users", "everyone")
MAX_IDS = 100


def read_allowed(field: Field, default: Allowed) -> Allowed:
    """What may be mentioned; ``default`` when nothing is said."""
    if not field.is_given or not field.table():
        return default
    parse = set()
    for entry in field["parse"].items(MAX_IDS):
        if entry.value in KINDS:
            parse.add(str(entry.value))
        elif entry.is_given:
            entry.refuse("BASE_TYPE_CHOICES", "Value must be one of ('roles', 'users', 'everyone').")
    listed: dict[str, frozenset[int]] = {}
    for kind in ("users", "roles"):
        entries = field[kind].items(MAX_IDS)
        listed[kind] = frozenset(
            found for entry in entries if entry.is_given and (found := entry.snowflake()) is not None
        )
        if listed[kind] and kind in parse:
            field.refuse(
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
    return Allowed(frozenset(parse), listed["users"], listed["roles"], field["replied_user"].flag())
