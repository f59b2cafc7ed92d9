#!/usr/bin/env bash
# Expected: a datagram that was sent has left the socket, and one to a host that does not answer harms no other. arp(7) and the kernel's
#           ip-sysctl.rst tell of a queue for each unresolved address (unres_qlen_bytes), not of sockets.
# Happens:  on Linux datagrams that wait for a neighbour's hardware address stay in the send buffer of their socket. If it has less room than
#           that queue, one neighbour that does not answer fills it; with the default size two do. Until the resolution has failed (3 s), every
#           send of the socket is refused (EAGAIN; a blocking one waits), also those to other hosts, on other interfaces, and to loopback.
# Rests on it here: src/UDPack/Loop and src/UDPack/Sockets/Linux never wait for room in the send buffer, and give datagrams up after 100 ms without.
set -euo pipefail

command -v python3 > /dev/null || { echo "needs python3"; exit 77; }
command -v ip > /dev/null || { echo "needs ip (iproute2)"; exit 77; }
unshare --map-root-user --net sh -ec 'ip link add v0 type veth peer name v1' 2> /dev/null || { echo "needs the right to make network namespaces, and veth"; exit 77; }
[ "$(cat /proc/sys/net/core/wmem_default)" = 212992 ] || { echo "needs the kernel's own net.core.wmem_default (212992), to compare with"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > finding.py <<'PROGRAM'
import socket
import time

receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))


def blocked(silent, buffer):
    """For how many whole seconds a socket cannot send to loopback, after datagrams to so many silent neighbours."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setblocking(False)
    if buffer:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)

    def sends(address):
        try:
            sender.sendto(bytes(1200), address)
            return True
        except BlockingIOError:
            return False

    for neighbour in silent:
        for _ in range(500):
            sends((neighbour, 9))
    began = time.monotonic()
    while not sends(receiver.getsockname()):
        time.sleep(0.01)
        if time.monotonic() - began > 30:
            break
    return round(time.monotonic() - began)


print(f"64 KiB and one silent neighbour: loopback blocked for {blocked(['192.0.2.2'], 65536)} s; "
      f"default buffer and one: {blocked(['192.0.2.3'], None)} s; and two: {blocked(['192.0.2.4', '192.0.2.5'], None)} s")
PROGRAM
output=$(unshare --map-root-user --net sh -ec '
    ip link set lo up
    ip link add v0 type veth peer name v1
    ip address add 192.0.2.1/24 dev v0
    ip link set v0 up
    ip link set v1 up
    exec python3 finding.py')

echo "version: Linux $(uname -r), $(python3 --version)"
echo "behaviour: datagrams that wait for a neighbour's address fill the socket's send buffer, and block its sends to everybody else."
echo "output: $output"
[ "$output" = "64 KiB and one silent neighbour: loopback blocked for 3 s; default buffer and one: 0 s; and two: 3 s" ] \
    || { echo "changed: expected 3 s, 0 s and 3 s"; exit 1; }
