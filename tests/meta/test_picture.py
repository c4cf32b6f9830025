"""Every sender's page shows its card; each picture a page shows is there and small, and none lies about."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MOST = 120_000  # bytes: a picture of a phone's screen
_SHOWN = re.compile(r"!\[([^\]]+)\]\(([^)\s]+\.png)\)")
PAGES = [*DOCS.rglob("*.md"), ROOT / "README.md"]


def shown(page: Path) -> list[tuple[str, Path]]:
    """What each picture of a page says without its picture, and the file it names."""
    found = _SHOWN.findall(page.read_text(encoding="utf-8"))
    return [(said, (page.parent / target).resolve()) for said, target in found]


def test_every_page_of_a_sender_has_a_picture_of_its_card() -> None:
    missing = [
        page.name
        for page in (DOCS / "senders").glob("*.md")
        if DOCS / "pictures" / "senders" / f"{page.stem}.png" not in {target for _, target in shown(page)}
    ]
    assert missing == []


def test_each_picture_is_there_small_and_shown() -> None:
    named = {target for page in PAGES for _, target in shown(page)}
    assert sorted(str(each) for each in named if not each.is_file()) == []
    taken = set((DOCS / "pictures").rglob("*.png"))
    assert sorted(each.name for each in taken - named) == []
    assert {each.name: each.stat().st_size for each in taken if each.stat().st_size > MOST} == {}
    assert all(each.read_bytes().startswith(b"\x89PNG") for each in taken)
