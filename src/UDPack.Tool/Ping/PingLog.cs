using UDPack.Tool.Output;

namespace UDPack.Tool.Ping;

/// <summary>Where the outcome of pings goes.</summary>
internal abstract class PingLog
{
    public static PingLog To(TextWriter output, bool isJson) => isJson ? new Json(new JsonLines(output)) : new PingText(Terminal.Open(output));

    public abstract void Connected(HandshakeLine handshake);

    public abstract void RoundTrip(RoundTripLine roundTrip);

    public abstract void Summary(PingSummary summary);

    private sealed class Json(JsonLines lines) : PingLog
    {
        public override void Connected(HandshakeLine handshake) => lines.Write(handshake, PingJson.Default.HandshakeLine);

        public override void RoundTrip(RoundTripLine roundTrip) => lines.Write(roundTrip, PingJson.Default.RoundTripLine);

        public override void Summary(PingSummary summary) => lines.Write(summary, PingJson.Default.PingSummary);
    }
}
