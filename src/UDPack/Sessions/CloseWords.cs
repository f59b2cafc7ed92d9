using UDPack.Protocol;

namespace UDPack.Sessions;

/// <summary>What a side's application says as it ends a session.</summary>
internal sealed record CloseWords(ushort? Code, string? Text, GoAwayReason Reason)
{
    public static readonly CloseWords None = new(null, null, GoAwayReason.Application);

    /// <summary>Null if nothing was said: who comes later may say something then.</summary>
    public static CloseWords? Of(ushort? code, string? text, GoAwayReason reason = GoAwayReason.Application) =>
        code is null && string.IsNullOrWhiteSpace(text) && reason == GoAwayReason.Application ? null : new(code, text, reason);
}
