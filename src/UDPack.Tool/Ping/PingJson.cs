using System.Text.Json.Serialization;

namespace UDPack.Tool.Ping;

/// <summary>How the lines are written as JSON, without reflection: the tool may be trimmed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HandshakeLine))]
[JsonSerializable(typeof(RoundTripLine))]
[JsonSerializable(typeof(PingSummary))]
internal sealed partial class PingJson : JsonSerializerContext;
