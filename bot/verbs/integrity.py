"""``tocsin check --integrity``: are there rows that no transaction leaves behind?"""

from bot.desk import open_desk
from bot.domain.integrity import MEANINGS, IntegrityReport
from bot.settings.tree import Settings
from bot.usecases.admin import integrity
from bot.verbs.loop import run


def check_integrity(settings: Settings) -> int:
    """Say what was found of each invariant, and keep it for `/status`; 0 when all hold, else 1."""

    async def work() -> IntegrityReport:
        async with open_desk(settings) as desk:
            return await integrity.look(desk)

    report = run(work())
    for invariant, meaning in MEANINGS.items():
        finding = report.of(invariant)
        mark, words = ("ok   ", f"no {meaning}") if finding is None else ("ERROR", finding.words)
        print(f"  {mark}  {invariant}: {words}")
    print("All invariants hold." if not report.findings else f"Broken: {len(report.findings)}.")
    return 1 if report.findings else 0
