"""Loaded by every Python process of the offline test: any step towards a network is an error."""

import os
import socket
from pathlib import Path

_NETWORKS = {socket.AF_INET, socket.AF_INET6}
_plain_socket = socket.socket


def _note(what: str) -> None:
    with Path(os.environ["PRECMED_NETWORK_ATTEMPTS"]).open("a") as file:
        file.write(f"{what}\n")
    raise OSError(f"the network is blocked: {what}")


class _LocalSocket(_plain_socket):
    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        if fileno is None and (family == -1 or family in _NETWORKS):
            _note(f"socket of family {family}")
        super().__init__(family, type, proto, fileno)


socket.socket = _LocalSocket
socket.create_connection = lambda *a, **k: _note(f"connection to {a}")
socket.getaddrinfo = lambda *a, **k: _note(f"look-up of {a}")
