using System.Text.Json;
using System.Text.Json.Serialization;
using UDPack;

namespace FileTransfer.Messages;

/// <summary>Messages as UTF-8 JSON, without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TransferMessage))]
internal sealed partial class TransferJson : JsonSerializerContext
{
    /// <summary>A name of 200 bytes is at most 1200 when each is escaped.</summary>
    private const int MaxBytes = 4096;

    public static ValueTask SendAsync(UdpackStream stream, TransferMessage message, CancellationToken cancellationToken) =>
        stream.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, Default.TransferMessage), cancellationToken);

    /// <summary>The next message, or null at the end.</summary>
    /// <exception cref="InvalidDataException">What came is no message.</exception>
    /// <exception cref="UdpackException">The stream was aborted, or the session has ended.</exception>
    public static async ValueTask<TransferMessage?> ReceiveAsync(UdpackStream stream, CancellationToken cancellationToken)
    {
        using var packet = await stream.ReceiveAsync(cancellationToken);
        if (packet.IsEnd)
        {
            return null;
        }

        try
        {
            return packet.Length > MaxBytes ? throw new InvalidDataException("The other side sent a message that is too long.")
                : JsonSerializer.Deserialize(packet.Span, Default.TransferMessage) ?? throw new InvalidDataException("The other side sent null.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new InvalidDataException("The other side sent something that is no message of this program.", exception);
        }
    }
}
