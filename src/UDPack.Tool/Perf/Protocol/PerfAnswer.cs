namespace UDPack.Tool.Perf.Protocol;

/// <summary>The server's answer to a request: go on, or why not.</summary>
internal sealed record PerfAnswer
{
    public string? Refusal { get; init; }
}
