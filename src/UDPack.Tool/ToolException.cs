namespace UDPack.Tool;

/// <summary>Why a command cannot do its work: one line for the user that says the cause and what to do.</summary>
internal class ToolException(string message, Exception? innerException = null, int exitCode = ExitCodes.Failed) : Exception(message, innerException)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
