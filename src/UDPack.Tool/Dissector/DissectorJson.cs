using System.Text.Json.Serialization;

namespace UDPack.Tool.Dissector;

/// <summary>How the report is written as JSON, without reflection: the tool may be trimmed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DissectorReport))]
internal sealed partial class DissectorJson : JsonSerializerContext;
