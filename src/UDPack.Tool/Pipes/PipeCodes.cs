namespace UDPack.Tool.Pipes;

/// <summary>What the ends of a pipe tell each other when they close the session.</summary>
internal static class PipeCodes
{
    /// <summary>Everything has arrived, both ways.</summary>
    public const ushort Complete = 256;
}
