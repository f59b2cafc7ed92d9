using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace UDPack.Tool.Output;

/// <summary>One JSON object a line, each of them there as soon as it is written. Thread-safe.</summary>
internal sealed class JsonLines(TextWriter output)
{
    private readonly Lock _gate = new();

    public void Write<T>(T value, JsonTypeInfo<T> type)
    {
        var line = JsonSerializer.Serialize(value, type);
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
