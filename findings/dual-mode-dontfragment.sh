#!/usr/bin/env bash
# Expected: Socket.DontFragment keeps datagrams whole on every socket that accepts it, as its documentation says: "whether the Socket
#           allows Internet Protocol (IP) datagrams to be fragmented".
# Happens:  on Linux a dual-mode socket accepts it and reads it back as true, and the kernel cuts what the socket sends over IPv6 into
#           fragments all the same: only the option of IPv4 is set. A socket that is IPv6 only throws NotSupportedException.
# Rests on it here: src/UDPack/Sockets/Fragmentation.cs sets the system's options itself, for both families.
set -euo pipefail

command -v dotnet > /dev/null || { echo "needs the .NET SDK"; exit 77; }
unshare --map-root-user --net true 2> /dev/null || { echo "needs the right to make network namespaces"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
</Project>
PROJECT
cat > Program.cs <<'PROGRAM'
using System.Net;
using System.Net.Sockets;

var six = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
var refusal = "nothing thrown";
try
{
    six.DontFragment = true;
}
catch (Exception exception)
{
    refusal = exception.GetType().Name;
}

var both = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
both.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
var accepted = "accepted";
try
{
    both.DontFragment = true;
    accepted = $"accepted, reads {both.DontFragment}";
}
catch (Exception exception)
{
    accepted = exception.GetType().Name;
}

var port = ((IPEndPoint)both.LocalEndPoint!).Port;
Console.WriteLine($"IPv6 only: {refusal}; dual mode: {accepted}; 3000 bytes to ::1: {Send(IPAddress.IPv6Loopback)}; to 127.0.0.1: {Send(IPAddress.Loopback.MapToIPv6())}");

string Send(IPAddress to)
{
    var before = Fragments();
    try
    {
        both.SendTo(new byte[3000], new IPEndPoint(to, port));
    }
    catch (SocketException exception)
    {
        return $"{exception.SocketErrorCode}";
    }

    return $"{Fragments() - before} fragments";
}

static long Fragments() =>
    long.Parse(File.ReadLines("/proc/net/snmp6").First(line => line.StartsWith("Ip6FragCreates")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
PROGRAM
dotnet build -v q -nologo -o out > build.log 2>&1 || { cat build.log; exit 77; }
output=$(unshare --map-root-user --net sh -ec 'ip link set lo mtu 1500 up; exec dotnet out/finding.dll')

echo "version: .NET $(dotnet --version), Linux $(uname -r)"
echo "behaviour: DontFragment is accepted by a dual-mode socket and has no effect on what it sends over IPv6; IPv4 obeys it."
echo "output: $output"
[ "$output" = "IPv6 only: NotSupportedException; dual mode: accepted, reads True; 3000 bytes to ::1: 3 fragments; to 127.0.0.1: MessageSize" ] \
    || { echo "changed: expected NotSupportedException, accepted, 3 fragments, MessageSize"; exit 1; }
