"""What Discord says when it refuses: a status, a code, a sentence, sometimes a tree of form errors."""

from enum import Enum
from http import HTTPStatus
from typing import Any


class Refusal(Enum):
    """The refusals a bot meets, each as ``(status, code, sentence)``."""

    UNAUTHORIZED = (401, 0, "401: Unauthorized")
    NO_ROUTE = (404, 0, "404: Not Found")
    NO_METHOD = (405, 0, "405: Method Not Allowed")
    UNKNOWN_APPLICATION = (404, 10002, "Unknown Application")
    UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
    UNKNOWN_GUILD = (404, 10004, "Unknown Guild")
    UNKNOWN_MEMBER = (404, 10007, "Unknown Member")
    UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
    UNKNOWN_USER = (404, 10013, "Unknown User")
    UNKNOWN_EMOJI = (400, 10014, "Unknown Emoji")
    UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
    UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
    UNKNOWN_COMMAND = (404, 10063, "Unknown application command")
    MAX_PINS = (400, 30003, "Maximum number of pins reached for the channel (250)")
    MAX_REACTIONS = (400, 30010, "Maximum number of reactions reached (20)")
    MAX_ATTACHMENTS = (400, 30015, "Maximum number of attachments in a message reached (10)")
    MAX_COMMAND_CREATES = (400, 30034, "Maximum number of daily application command creates reached (200)")
    TOO_LARGE = (413, 40005, "Request entity too large")
    FORUM_MESSAGE = (
        403,
        40058,
        "Cannot message this thread until after the post author has sent an initial message.",
    )
    ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
    TAG_REQUIRED = (400, 40067, "A tag is required to create a forum post in this channel")
    MISSING_ACCESS = (403, 50001, "Missing Access")
    OTHERS_MESSAGE = (403, 50005, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
    MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
    BAD_DELETE_COUNT = (400, 50016, "Provided too few or too many messages to delete.")
    SYSTEM_MESSAGE = (403, 50021, "Cannot execute action on a system message")
    WRONG_CHANNEL_TYPE = (400, 50024, "Cannot execute action on this channel type")
    INVALID_WEBHOOK_TOKEN = (401, 50027, "Invalid Webhook Token")
    INVALID_FORM = (400, 50035, "Invalid Form Body")
    MESSAGE_TOO_OLD = (400, 50034, "You can only bulk delete messages that are under 14 days old.")
    ARCHIVED_THREAD = (400, 50083, "Tried to perform an operation on an archived thread")
    INVALID_JSON = (400, 50109, "The request body contains invalid JSON.")
    REPLY_WITHOUT_HISTORY = (403, 160002, "Cannot reply without permission to read message history")
    THREAD_EXISTS = (400, 160004, "A thread has already been created for this message")
    THREAD_LOCKED = (403, 160005, "This thread is locked")
    MAX_ACTIVE_THREADS = (400, 160006, "Maximum number of active threads reached")
    POLL_EDIT = (400, 520003, "Cannot edit a poll message")


class ApiError(Exception):
    """A refusal on its way to the caller."""

    def __init__(self, refusal: Refusal, errors: dict[str, Any] | None = None) -> None:
        self.refusal = refusal
        self.status, self.code, self.sentence = refusal.value
        self.errors = errors
        super().__init__(f"{self.status}/{self.code}: {self.sentence}")

    def body(self) -> dict[str, Any]:
        """Discord's error object."""
        body: dict[str, Any] = {"message": self.sentence, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class ControlError(Exception):
    """A call of the control API that cannot be carried out; the sentence is for a person."""

    def __init__(
        self, sentence: str, *, status: HTTPStatus = HTTPStatus.BAD_REQUEST, code: int | None = None
    ) -> None:
        self.sentence = sentence
        self.status = status
        self.code = code
        super().__init__(sentence)

    def body(self) -> dict[str, Any]:
        """``{"error": sentence, "code"?: Discord's code}``."""
        return {"error": self.sentence} | ({} if self.code is None else {"code": self.code})
