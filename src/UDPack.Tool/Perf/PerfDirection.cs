namespace UDPack.Tool.Perf;

/// <summary>Which way bulk data goes.</summary>
internal enum PerfDirection
{
    /// <summary>From the client to the server.</summary>
    Up,

    /// <summary>From the server to the client.</summary>
    Down,

    /// <summary>Both at once.</summary>
    Both,
}
