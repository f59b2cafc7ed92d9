using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace UDPack.Tool.Perf.Protocol;

/// <summary>The session's first stream: one JSON object in each packet.</summary>
internal sealed class ControlChannel(UdpackStream stream)
{
    public ValueTask SendAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        stream.SendAsync(JsonSerializer.SerializeToUtf8Bytes(value, type), cancellationToken);

    public async ValueTask<T> ReceiveAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var packet = await stream.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return (packet.IsEnd ? null : JsonSerializer.Deserialize(packet.Span, type)) ?? throw NotPerf();
        }
        catch (JsonException exception)
        {
            throw NotPerf(exception);
        }
    }

    /// <summary>The peer never takes the end of this stream for a failure.</summary>
    public void Complete() => stream.CompleteWrites();

    private static PerfException NotPerf(Exception? cause = null) =>
        new("The peer does not speak the perf protocol. Use the same version of udpack on both sides.", cause);
}
