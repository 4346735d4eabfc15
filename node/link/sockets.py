"""A WebSocket before it is a link: which version both ends know, and the messages of the handshake."""

import os
from typing import Final

import aiohttp
from aiohttp import web

from node.link.handshake import HandshakeRefused, LinkRefusal
from node.link.link import Socket

VERSIONS: Final = {f"fiado1.{version}": version for version in (5, 4, 3, 2, 1)}
"""What both ends name, as a subprotocol of the WebSocket, when they know the messages that came with it;
the dialler offers them in this order. Without one the link has version 0."""


def version_of(socket: Socket) -> int:
    """The version that both ends named; each kind of socket has its own word for it."""
    if isinstance(socket, web.WebSocketResponse):
        return VERSIONS.get(socket.ws_protocol or "", 0)
    return VERSIONS.get(socket.protocol or "", 0)


def hang_up(request: web.Request) -> None:
    """Break off the connection of somebody who dialled us, whatever it is waiting for."""
    if request.transport is not None:
        request.transport.abort()


async def receive_handshake(socket: Socket) -> bytes:
    """The next message of a handshake; raises `HandshakeRefused` for anything but bytes."""
    message = await socket.receive()
    if message.type is not aiohttp.WSMsgType.BINARY:
        if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
            raise ConnectionResetError("the other end closed the connection")
        raise HandshakeRefused(LinkRefusal.MALFORMED, by_peer=False)
    data: bytes = message.data
    return data


def why_not(error: Exception) -> str:
    """Why somebody could not be reached: the system's few words where there are such."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, OSError) and cause.errno is not None and cause.errno > 0:
        return os.strerror(cause.errno)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(error) or type(error).__name__
