using System.Net;
using UDPack.Tool.Output;

namespace UDPack.Tool.Serve;

/// <summary>A server's output as JSON.</summary>
internal sealed class ServeJsonLog(JsonLines lines, bool verbose) : ServeLog(verbose)
{
    public override void Listening(IPEndPoint address, string keyId, string? publicKeyFile) =>
        lines.Write(new ListeningLine { Address = address.ToString(), KeyId = keyId, PublicKeyFile = publicKeyFile }, ServeJson.Default.ListeningLine);

    public override void Connected(UdpackSession session, long number) =>
        lines.Write(new ConnectedLine($"{session.Id:x8}", session.RemoteEndPoint.ToString(), $"{session.Algorithm}"), ServeJson.Default.ConnectedLine);

    public override void Refused(IPEndPoint client) => lines.Write(new RefusedLine(client.ToString()), ServeJson.Default.RefusedLine);

    public override void Ended(SessionSummary summary) => lines.Write(summary, ServeJson.Default.SessionSummary);

    public override void Stopping(int sessions) => lines.Write(new StoppingLine(sessions), ServeJson.Default.StoppingLine);

    public override void Stopped(long sessions, UdpackListenerStatistics figures) => lines.Write(
        new StoppedLine(sessions, figures.DatagramsSent, figures.DatagramsReceived, figures.DatagramsLost), ServeJson.Default.StoppedLine);

    protected override void Write(HandshakeStepLine line) => lines.Write(line, ServeJson.Default.HandshakeStepLine);

    protected override void Write(StreamOpenedLine line) => lines.Write(line, ServeJson.Default.StreamOpenedLine);

    protected override void Write(StreamEndedLine line) => lines.Write(line, ServeJson.Default.StreamEndedLine);
}
