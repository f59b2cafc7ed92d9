namespace UDPack.Tool;

/// <summary>Makes of what a command throws a line on standard error and an exit code.</summary>
internal static class Failures
{
    /// <summary>Runs a command.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> CatchAsync(TextWriter error, Func<Task<int>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception exception) when (Explain(exception) is not null)
        {
            var (message, code) = Explain(exception)!.Value;
            await error.WriteLineAsync(message.ReplaceLineEndings(" ")).ConfigureAwait(false);
            return code;
        }
    }

    /// <summary>The line and the exit code; null for what can only be a defect of the tool.</summary>
    public static (string Message, int ExitCode)? Explain(Exception exception) => exception switch
    {
        ToolException tool => (tool.Message, tool.ExitCode),
        UdpackException udpack => (udpack.Message + Advice(udpack.Error), CodeOf(udpack.Error)),
        OperationCanceledException => ("Interrupted.", ExitCodes.Interrupted),
        IOException or UnauthorizedAccessException => (exception.Message, ExitCodes.Failed),
        _ => null,
    };

    private static int CodeOf(UdpackError error) => error switch
    {
        UdpackError.ConnectTimeout => ExitCodes.Timeout,
        UdpackError.AuthenticationFailed => ExitCodes.AuthenticationFailed,
        UdpackError.HandshakeFailed => ExitCodes.HandshakeFailed,
        UdpackError.SessionClosed or UdpackError.SessionExpired or UdpackError.SessionAborted or UdpackError.PeerRestarted or UdpackError.StreamAborted =>
            ExitCodes.SessionLost,
        _ => ExitCodes.Failed,
    };

    private static string Advice(UdpackError error) => error switch
    {
        UdpackError.ConnectTimeout =>
            " Check also that --public-key belongs to the server's --key.",
        UdpackError.AuthenticationFailed => " Give both sides the same --token.",
        UdpackError.HandshakeFailed => " Check that --public-key belongs to the server's --key.",
        UdpackError.TokenTooLarge => " Choose a shorter --token on both sides.",
        UdpackError.NameNotResolved => " Check the spelling, or give the address.",
        UdpackError.BindFailed => " Choose another address or port, or stop the program that has it.",
        UdpackError.SessionClosed or UdpackError.SessionAborted or UdpackError.StreamAborted => " The other side's output says more.",
        UdpackError.SessionExpired => " The path or the other side went away.",
        UdpackError.PeerRestarted => " Run the command again.",
        _ => "",
    };
}
