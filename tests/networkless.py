"""Runs a program with the network taken away: `command = without_network("-m", "tests.ask_journey", folder)`.

Best is a network namespace of its own, which holds nothing but loopback. Where this machine does not allow one, a
guard inside the program's Python refuses every connection but loopback. The weaker way names itself, because a child
process could get round it.
"""

from __future__ import annotations

import fcntl
import os
import runpy
import socket
import struct
import subprocess
import sys
from ipaddress import ip_address

NAMESPACE = "a network namespace with nothing but loopback"
GUARD = "a socket guard in the program itself (this machine allows no network namespace)"

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1  # linux/sockios.h, linux/if.h


def way() -> str:
    """Tell which of the two this machine allows."""
    tried = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False)
    return NAMESPACE if tried.returncode == 0 else GUARD


def without_network(*python_arguments: str, by: str | None = None) -> list[str]:
    """Give the command that runs `python ARGUMENTS` (beginning with -m MODULE) without a network."""
    if (by or way()) == NAMESPACE:
        return ["unshare", "-rn", sys.executable, "-m", "tests.networkless", "namespace", *python_arguments]
    return [sys.executable, "-m", "tests.networkless", "guard", *python_arguments]


def raise_loopback() -> None:
    """Switch on `lo`, which is off in a new namespace; without needing the program `ip`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        (flags,) = struct.unpack("16xH14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0)))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))


def guard() -> None:
    """Refuse, from now on and in this process, every connection and every name that is not of this machine."""

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.getaddrinfo":
            host = arguments[0]
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg") and isinstance(arguments[1], tuple):
            host = arguments[1][0]
        else:
            return
        if not _is_here(host):
            raise ConnectionRefusedError(f"the socket guard of the tests refused {event} to {host}")

    sys.addaudithook(refuse)


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ip_address(str(name)).is_loopback
    except ValueError:
        return False


def main() -> None:
    """Take the network away and become the program."""
    how, *arguments = sys.argv[1:]
    if how == "namespace":
        raise_loopback()
        os.execv(sys.executable, [sys.executable, *arguments])
    guard()
    sys.argv = arguments[1:]
    runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
