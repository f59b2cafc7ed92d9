using System.Text.Json.Serialization;
using UDPack.Tool.Output;

namespace UDPack.Tool.Pipes;

/// <summary>How the lines are written as JSON, without reflection: the tool may be trimmed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ListeningLine))]
[JsonSerializable(typeof(PipeConnectedLine))]
[JsonSerializable(typeof(PipeFailedLine))]
[JsonSerializable(typeof(PipeSummary))]
internal sealed partial class PipeJson : JsonSerializerContext;
