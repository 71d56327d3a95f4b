"""Loaded by every Python process of the offline test: any step towards a network is an error.

A library may make a socket to see whether the system knows IPv6; connecting, sending, listening to
others and looking up names are what is forbidden.
"""

import os
import socket
from pathlib import Path

_NETWORKS = {socket.AF_INET, socket.AF_INET6}
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_plain_socket = socket.socket


def _refuse(what: str) -> None:
    with Path(os.environ["PRECMED_NETWORK_ATTEMPTS"]).open("a") as file:
        file.write(f"{what}\n")
    raise OSError(f"the network is blocked: {what}")


class _LocalSocket(_plain_socket):
    def _check(self, what, address):
        if self.family in _NETWORKS and not (what == "bind" and address[0] in _LOOPBACK):
            _refuse(f"{what} {address}")

    def bind(self, address):
        self._check("bind", address)
        return super().bind(address)

    def connect(self, address):
        self._check("connect", address)
        return super().connect(address)

    def connect_ex(self, address):
        self._check("connect", address)
        return super().connect_ex(address)

    def sendto(self, data, *arguments):
        self._check("send", arguments[-1])
        return super().sendto(data, *arguments)


socket.socket = _LocalSocket
socket.getaddrinfo = lambda *arguments, **_: _refuse(f"look-up {arguments}")
socket.gethostbyname = lambda *arguments: _refuse(f"look-up {arguments}")
