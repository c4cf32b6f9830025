"""Finding: what an examination of the desk found, and how to mend it."""

from dataclasses import dataclass, field
from enum import StrEnum


class FindingLevel(StrEnum):
    """How bad a finding is: an error keeps alerts from reaching people."""

    OK = "ok"
    WARN = "warn"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """What was found and, unless all is well, how to mend it."""

    level: FindingLevel
    what: str
    remedy: str = ""


@dataclass
class ReportSection:
    """One heading of the report."""

    name: str
    findings: list[Finding] = field(default_factory=list)
