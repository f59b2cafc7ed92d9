namespace UDPack.Tool.Perf.Protocol;

/// <summary>The client has sent all it will; sent on the control stream.</summary>
internal sealed record PerfFinish
{
    /// <summary>How many unreliable bulk messages it sent.</summary>
    public required long Messages { get; init; }
}
