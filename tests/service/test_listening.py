"""The socket that the service listens on."""

import socket

from marrow.service.server import open_socket
from marrow.service.settings import Settings


def test_an_answer_does_not_wait_for_the_callers_kernel() -> None:
    """asyncio leaves Nagle's algorithm on for sockets that it did not make: head and body of an answer came 40 ms apart."""
    with open_socket("127.0.0.1", 0, Settings()) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
