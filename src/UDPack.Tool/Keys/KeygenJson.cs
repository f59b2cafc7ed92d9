using System.Text.Json.Serialization;

namespace UDPack.Tool.Keys;

/// <summary>How the report is written as JSON, without reflection: the tool may be trimmed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeygenReport))]
internal sealed partial class KeygenJson : JsonSerializerContext;
