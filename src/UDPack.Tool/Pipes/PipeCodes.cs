namespace UDPack.Tool.Pipes;

/// <summary>What an end of a pipe says when it closes the session.</summary>
internal static class PipeCodes
{
    /// <summary>Everything has arrived and is written.</summary>
    public const ushort Complete = 256;
}
