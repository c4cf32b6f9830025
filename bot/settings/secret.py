"""Secret: a text that prints nowhere."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Secret:
    """A password, a token, a key: whoever wants to see it has to say so."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        """The text itself."""
        return self._text
