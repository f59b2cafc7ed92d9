using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Messages;

/// <summary>Requests and events as UTF-8 JSON, without reflection.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ChatRequest))]
[JsonSerializable(typeof(ChatEvent))]
internal sealed partial class ChatJson : JsonSerializerContext
{
    public static byte[] Write(ChatRequest request) => JsonSerializer.SerializeToUtf8Bytes(request, Default.ChatRequest);

    public static byte[] Write(ChatEvent happened) => JsonSerializer.SerializeToUtf8Bytes(happened, Default.ChatEvent);

    /// <summary>Reads a request; false for whatever is none, since clients may send anything.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, [NotNullWhen(true)] out ChatRequest? request)
    {
        try
        {
            request = JsonSerializer.Deserialize(packet, Default.ChatRequest);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            request = null;
        }

        return request is not null;
    }

    /// <exception cref="InvalidDataException">It is no event: the server speaks another version.</exception>
    public static ChatEvent ReadEvent(ReadOnlySpan<byte> packet)
    {
        try
        {
            return JsonSerializer.Deserialize(packet, Default.ChatEvent) ?? throw new InvalidDataException("The server sent null.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new InvalidDataException("The server sent something this client does not understand.", exception);
        }
    }
}
