using System.Text.Json.Serialization;
using UDPack.Tool.Output;

namespace UDPack.Tool.Serve;

/// <summary>How the lines are written as JSON, without reflection: the tool may be trimmed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ListeningLine))]
[JsonSerializable(typeof(ConnectedLine))]
[JsonSerializable(typeof(RefusedLine))]
[JsonSerializable(typeof(HandshakeStepLine))]
[JsonSerializable(typeof(StreamOpenedLine))]
[JsonSerializable(typeof(StreamEndedLine))]
[JsonSerializable(typeof(SessionSummary))]
[JsonSerializable(typeof(StoppingLine))]
[JsonSerializable(typeof(StoppedLine))]
internal sealed partial class ServeJson : JsonSerializerContext;
