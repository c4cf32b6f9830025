"""``tocsin check``: what is wrong and how to mend it."""

from argparse import Namespace

from bot.doctor.diagnosis import diagnose
from bot.domain.finding import FindingLevel
from bot.verbs.integrity import check_integrity
from bot.verbs.loop import run
from bot.verbs.setting import load_quietly

_MARKS = {FindingLevel.OK: "ok   ", FindingLevel.WARN: "warn ", FindingLevel.ERROR: "ERROR"}


def check(args: Namespace) -> int:
    """Look at everything; 0 when nothing keeps alerts from reaching their channel, else 1."""
    settings = load_quietly(args)
    if args.integrity:
        return check_integrity(settings)
    sections = run(diagnose(settings))
    for section in sections:
        if not section.findings:
            continue
        print(section.name)
        for finding in section.findings:
            print(f"  {_MARKS[finding.level]}  {finding.what}")
            if finding.remedy:
                print(f"         {finding.remedy}")
        print()
    levels = [finding.level for section in sections for finding in section.findings]
    errors, warnings = levels.count(FindingLevel.ERROR), levels.count(FindingLevel.WARN)
    print("All is well." if not errors + warnings else f"Errors: {errors}, warnings: {warnings}.")
    return 1 if errors else 0
