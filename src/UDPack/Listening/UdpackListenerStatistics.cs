using System.Globalization;
using UDPack.Protocol;

namespace UDPack;

/// <summary>A snapshot of a listener's counters since it was bound.</summary>
public sealed class UdpackListenerStatistics
{
    /// <summary>Datagrams received, dropped ones included.</summary>
    public long DatagramsReceived { get; init; }

    /// <summary>Datagrams sent.</summary>
    public long DatagramsSent { get; init; }

    /// <summary>Bytes received.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Bytes sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>Handshakes whose confirmation verified.</summary>
    public long HandshakesCompleted { get; init; }

    /// <summary>Handshakes that were answered and never confirmed.</summary>
    public long HandshakesExpired { get; init; }

    /// <summary>Datagrams that were declared lost and whose content was sent again.</summary>
    public long DatagramsLost { get; init; }

    /// <summary>Packets received in whole and in order, on sessions and streams.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>Packets sent, on sessions and streams; each once.</summary>
    public long PacketsSent { get; init; }

    /// <summary>Streams opened, by either side.</summary>
    public long StreamsOpened { get; init; }

    /// <summary>
    /// Aborts of streams that clients opened and that had to wait, because the session's client or this side's application aborted more than 500 a second
    /// for long. Until then such a stream keeps its place among those the client may have open.
    /// </summary>
    public long StreamAbortsHeldBack { get; init; }

    /// <summary>Sessions that were ended because their client moved to an address that has as many sessions as it may have.</summary>
    public long MovesRefused { get; init; }

    /// <summary>Unreliable messages received.</summary>
    public long MessagesReceived { get; init; }

    /// <summary>Unreliable messages sent.</summary>
    public long MessagesSent { get; init; }

    /// <summary>Dropped datagrams by reason; every reason is present.</summary>
    public required IReadOnlyDictionary<DropReason, long> Dropped { get; init; }

    /// <summary>Refused handshakes by reason; every reason is present.</summary>
    public required IReadOnlyDictionary<HandshakeRejection, long> Refused { get; init; }

    /// <summary>All counters in one line, of the reasons those that are not 0.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"DatagramsReceived = {DatagramsReceived}, DatagramsSent = {DatagramsSent}, BytesReceived = {BytesReceived}, BytesSent = {BytesSent}, DatagramsLost = {DatagramsLost}, HandshakesCompleted = {HandshakesCompleted}, HandshakesExpired = {HandshakesExpired}, PacketsReceived = {PacketsReceived}, PacketsSent = {PacketsSent}, StreamsOpened = {StreamsOpened}, StreamAbortsHeldBack = {StreamAbortsHeldBack}, MovesRefused = {MovesRefused}, MessagesReceived = {MessagesReceived}, MessagesSent = {MessagesSent}, Dropped = {Text(Dropped)}, Refused = {Text(Refused)}");

    private static string Text<T>(IReadOnlyDictionary<T, long> counts)
        where T : struct, Enum
    {
        var counted = counts.Where(static pair => pair.Value != 0).OrderBy(static pair => pair.Key)
            .Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} = {pair.Value}"));
        return $"[{string.Join(", ", counted)}]";
    }
}
