"""Process role: which part of Tocsin a process is."""

from enum import StrEnum


class ProcessRole(StrEnum):
    """What a process does: everything, only HTTP, or all but HTTP."""

    ALL = "all"
    INGRESS = "ingress"
    DESK = "desk"
