"""Decoding what a call carries: JSON, or multipart with ``payload_json`` and ``files[n]``."""

import re

import msgspec
from aiohttp import BodyPartReader, web

from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.file_store import File

MAX_REQUEST = 25 << 20
MAX_FILE = 10 << 20
FILE_PART = re.compile(r"files\[(\d{1,3})\]")


def decode(data: bytes) -> object:
    """JSON as Discord reads it; nothing is none.

    Raises:
        ApiError: 50109.
    """
    if not data:
        return None
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ApiError(Refusal.INVALID_JSON) from error


async def read_body(request: web.Request) -> tuple[object, dict[int, File]]:
    """The decoded body and the uploaded files by their index.

    Raises:
        ApiError: 50109 for what is no JSON, 40005 for more than 25 MiB or a file over 10 MiB.
    """
    if (request.content_length or 0) > MAX_REQUEST:
        raise ApiError(Refusal.TOO_LARGE)
    if request.content_type == "multipart/form-data":
        return await _read_parts(request)
    return decode(await request.read()), {}


async def _read_parts(request: web.Request) -> tuple[object, dict[int, File]]:
    body: object = None
    files: dict[int, File] = {}
    total = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read())
        total += len(data)
        match = FILE_PART.fullmatch(part.name or "")
        if total > MAX_REQUEST or (match and len(data) > MAX_FILE):
            raise ApiError(Refusal.TOO_LARGE)
        if part.name == "payload_json":
            body = decode(data)
        elif match:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files[int(match[1])] = File(part.filename or "unknown", kind, data)
    return body, dict(sorted(files.items()))
