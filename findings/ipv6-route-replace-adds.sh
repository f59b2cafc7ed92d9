#!/usr/bin/env bash
# Expected: "ip route replace" changes a route if there is one, as ip-route(8) says ("change or add new one"). For IPv4 it does.
# Happens:  "ip -6 route replace local ::1 dev lo table local mtu 1300" leaves the kernel's route, which has metric 0, and adds one with the
#           metric 1024 that ip gives where none is named; 0 cannot be named. The old route wins, and the new MTU has no effect. Nothing is reported.
# Rests on it here: tests/UDPack.Tests/Sockets/FragmentationTests.cs deletes the route of ::1 before it adds one with an MTU.
set -euo pipefail

command -v ip > /dev/null || { echo "needs ip (iproute2)"; exit 77; }
unshare --map-root-user --net ip link set lo up 2> /dev/null || { echo "needs the right to make network namespaces"; exit 77; }
[ -e /proc/net/if_inet6 ] || { echo "needs IPv6"; exit 77; }

output=$(unshare --map-root-user --net sh -ec '
    ip link set lo up
    count() { ip "$1" route show table local | grep -c "^local $2 "; }
    mtu() { ip "$1" route get "$2" | grep -o "mtu 1300" || echo "no mtu"; }
    ip route replace local 127.0.0.1 dev lo table local mtu 1300
    ip -6 route replace local ::1 dev lo table local mtu 1300
    echo "127.0.0.1: $(count -4 127.0.0.1) route, $(mtu -4 127.0.0.1); ::1: $(count -6 ::1) routes, $(mtu -6 ::1)"
    ip -6 route replace local ::1 dev lo table local metric 0 mtu 1300
    echo "with metric 0 ::1: $(count -6 ::1) routes, $(mtu -6 ::1)"
    ip -6 route flush table local
    ip -6 route add local ::1 dev lo table local mtu 1300
    echo "deleted and added ::1: $(count -6 ::1) route, $(mtu -6 ::1)"')

echo "version: Linux $(uname -r), $(ip -V)"
echo "behaviour: for IPv6 the route is added beside the kernel's own and never used; for IPv4 it takes its place."
echo "output: $output"
[ "$output" = "127.0.0.1: 1 route, mtu 1300; ::1: 2 routes, no mtu
with metric 0 ::1: 2 routes, no mtu
deleted and added ::1: 1 route, mtu 1300" ] || { echo "changed: expected 1 route with mtu, 2 without, 2 without, 1 with"; exit 1; }
