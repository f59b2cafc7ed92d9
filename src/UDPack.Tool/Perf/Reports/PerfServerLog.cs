using System.Net;
using UDPack.Tool.Output;
using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf.Reports;

/// <summary>What a perf server writes. Thread-safe.</summary>
internal abstract class PerfServerLog
{
    public static PerfServerLog To(TextWriter output, bool isJson) => isJson ? new Json(new JsonLines(output)) : new Text(TextWriter.Synchronized(output));

    public abstract void Listening(IPEndPoint address, string keyId);

    public abstract void Measured(ServedMeasurement measurement);

    private sealed class Text(TextWriter output) : PerfServerLog
    {
        public override void Listening(IPEndPoint address, string keyId) => output.WriteLine($"Listening on udp://{address}, key {keyId}. Ctrl-C ends it.");

        public override void Measured(ServedMeasurement measurement) => output.WriteLine($"{measurement.Client}: {measurement.Describe()}");
    }

    private sealed class Json(JsonLines lines) : PerfServerLog
    {
        public override void Listening(IPEndPoint address, string keyId) =>
            lines.Write(new ListeningLine { Address = address.ToString(), KeyId = keyId }, PerfJson.Default.ListeningLine);

        public override void Measured(ServedMeasurement measurement) => lines.Write(measurement, PerfJson.Default.ServedMeasurement);
    }
}
