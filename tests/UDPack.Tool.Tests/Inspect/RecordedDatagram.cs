using System.Net;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>A datagram as it left a socket.</summary>
internal sealed record RecordedDatagram(IPEndPoint From, IPEndPoint To, byte[] Bytes);
