namespace UDPack.Tool;

/// <summary>What the udpack command ends with.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>It did not work; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;
}
