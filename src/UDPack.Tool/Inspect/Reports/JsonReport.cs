using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using UDPack.Tool.Inspect.Decoding;

namespace UDPack.Tool.Inspect.Reports;

/// <summary>One JSON object per datagram, each on its line.</summary>
internal sealed class JsonReport(TextWriter output) : IReport
{
    private static readonly InspectJsonContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public void Write(DatagramView datagram) => output.WriteLine(JsonSerializer.Serialize(datagram, Context.DatagramView));
}

[JsonSerializable(typeof(DatagramView))]
internal sealed partial class InspectJsonContext : JsonSerializerContext;
