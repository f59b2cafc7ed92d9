namespace UDPack.Tool.Dissector;

/// <summary>Where the dissector belongs, and whether it was put there; --json writes it as it is.</summary>
internal sealed record DissectorReport
{
    public required string File { get; init; }

    public required bool Installed { get; init; }
}
