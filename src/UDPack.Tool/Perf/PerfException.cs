namespace UDPack.Tool.Perf;

/// <summary>A measurement that cannot be made, with a message for the user that says what to do.</summary>
internal sealed class PerfException(string message, Exception? innerException = null) : ToolException(message, innerException);
