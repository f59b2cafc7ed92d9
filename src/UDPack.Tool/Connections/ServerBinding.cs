using System.Net;

namespace UDPack.Tool.Connections;

/// <summary>Where a server listens, and as whom.</summary>
internal sealed record ServerBinding
{
    public required IPEndPoint Listen { get; init; }

    public required ServerKey Key { get; init; }

    public required SharedSettings Shared { get; init; }

    public UdpackNetwork Network { get; init; } = UdpackNetwork.System;
}
