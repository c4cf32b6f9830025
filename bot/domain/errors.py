"""What can go wrong: few errors, each with the words that a person or program should read."""


class TocsinError(Exception):
    """Anything Tocsin refuses to do; the message is fit for the person who asked."""


class NotFoundError(TocsinError):
    """There is no such thing on this desk."""

    def __init__(self, kind: str, ref: str) -> None:
        super().__init__(f"There is no {kind} {ref} on this desk.")
        self.kind = kind
        self.ref = ref


class InvalidInputError(TocsinError):
    """A value that was handed in cannot be used.

    ``field`` names it the way the caller wrote it.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class ConflictError(TocsinError):
    """The request is fine, but the present state of its subject forbids it."""


class StandingError(ConflictError):
    """The present ``state`` of its subject, or its ``owner`` ("" for nobody), forbids it; nothing changed."""

    def __init__(self, reason: str, *, state: str, owner: str = "") -> None:
        super().__init__(reason)
        self.state = state
        self.owner = owner


class SourceClosedError(TocsinError):
    """The source was removed while its request was under way; nothing of it was kept."""


class NotDurableError(TocsinError):
    """The storage cannot promise to keep what it was given; try again after ``retry_after`` seconds."""

    def __init__(self, reason: str, *, retry_after: int = 5) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class DatabaseUnavailableError(NotDurableError):
    """The database itself cannot be written or read now; the storage writes it to the log, once for all."""
