namespace UDPack.Tool.Perf.Protocol;

/// <summary>What a stream is for; on the wire.</summary>
internal enum StreamKind : byte
{
    /// <summary>Bulk data, one way or both.</summary>
    Bulk = 0,

    /// <summary>The server sends back what it gets.</summary>
    Echo = 1,
}
