namespace UDPack.Tool;

/// <summary>What the udpack command ends with; docs/tool.md has the same table.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>It did not work; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Nobody answered.</summary>
    public const int Timeout = 3;

    /// <summary>The server refused the token.</summary>
    public const int AuthenticationFailed = 4;

    /// <summary>The server refused the handshake for another reason.</summary>
    public const int HandshakeFailed = 5;

    /// <summary>There was a session, but it ended before the work was done.</summary>
    public const int SessionLost = 6;

    /// <summary>Ctrl-C came before the work was done; what shells make of SIGINT.</summary>
    public const int Interrupted = 130;
}
