"""The bytes of uploaded files, bounded: the oldest go first when there are too many."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """One uploaded part."""

    filename: str
    content_type: str
    data: bytes


class FileStore:
    """Files by attachment id."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._files: dict[int, File] = {}

    def keep(self, attachment_id: int, file: File) -> None:
        """Hold the bytes, letting go of the oldest beyond the limit."""
        self._files[attachment_id] = file
        self._held += len(file.data)
        while self._held > self._limit and len(self._files) > 1:
            oldest = next(iter(self._files))
            self._held -= len(self._files.pop(oldest).data)

    def find(self, attachment_id: int) -> File | None:
        """The file, or nothing when it never was or is gone."""
        return self._files.get(attachment_id)
