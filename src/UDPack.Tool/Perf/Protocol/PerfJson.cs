using System.Text.Json.Serialization;
using UDPack.Tool.Output;
using UDPack.Tool.Perf.Reports;

namespace UDPack.Tool.Perf.Protocol;

/// <summary>How the tool's types are written as JSON, without reflection: the tool may be trimmed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PerfRequest))]
[JsonSerializable(typeof(PerfAnswer))]
[JsonSerializable(typeof(PerfFinish))]
[JsonSerializable(typeof(PerfResult))]
[JsonSerializable(typeof(PerfReport))]
[JsonSerializable(typeof(ListeningLine))]
[JsonSerializable(typeof(ServedMeasurement))]
internal sealed partial class PerfJson : JsonSerializerContext;
