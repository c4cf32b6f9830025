"""Process role: which part of Tocsin a process is."""

from enum import StrEnum


class ProcessRole(StrEnum):
    """Everything, only the door for senders, or all but that door."""

    ALL = "all"
    INGRESS = "ingress"
    DESK = "desk"
