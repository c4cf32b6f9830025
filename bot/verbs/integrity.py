"""``tocsin check --integrity``: are there rows that no transaction leaves behind?"""

from bot.desk import open_desk
from bot.domain.integrity import MEANINGS, IntegrityReport
from bot.settings.tree import Settings
from bot.usecases.admin import integrity
from bot.verbs.loop import run


def check_integrity(settings: Settings) -> int:
    """Say what was found in each project, and keep it for `/status`; 0 when all invariants hold, else 1."""

    async def do_check_integrity() -> list[tuple[str, IntegrityReport]]:
        async with open_desk(settings) as desk:
            return [(each.project.name, await integrity.look(each)) for each in desk.everybody]

    reports = run(do_check_integrity())
    for name, report in reports:
        if len(reports) > 1:
            print(f"Project {name}:")
        _tell(report)
    broken = sum(len(report.findings) for _, report in reports)
    print("All invariants hold." if not broken else f"Broken: {broken}.")
    return 1 if broken else 0


def _tell(report: IntegrityReport) -> None:
    for invariant, meaning in MEANINGS.items():
        finding = report.of(invariant)
        mark, words = ("ok   ", f"no {meaning}") if finding is None else ("ERROR", finding.words)
        print(f"  {mark}  {invariant}: {words}")
