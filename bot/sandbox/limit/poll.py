"""The limits of polls."""

from typing import Any

from bot.sandbox.limit.form import Field

Json = dict[str, Any]


def read_poll(field: Field) -> Json | None:
    """The poll as stored, or nothing."""
    if not field.is_given or not field.table():
        return None
    answers = [
        {
            "answer_id": at + 1,
            "poll_media": {"text": entry["poll_media"]["text"].text(55, low=1, required=True)},
        }
        for at, entry in enumerate(field["answers"].items(10, low=1, required=True))
    ]
    hours = field["duration"].integer(1, 768)
    return {
        "question": {"text": field["question"]["text"].text(300, low=1, required=True)},
        "answers": answers,
        "duration": 24 if hours is None else hours,
        "expiry": None,
        "allow_multiselect": field["allow_multiselect"].flag(),
        "layout_type": 1,
    }
