using System.Net;
using UDPack.Tool.Output;

namespace UDPack.Tool.Serve;

/// <summary>What an echo server writes. Thread-safe.</summary>
/// <param name="verbose">Whether handshakes and streams are told, too.</param>
internal abstract class ServeLog(bool verbose) : IProgress<HandshakeStep>
{
    public static ServeLog To(TextWriter output, bool isJson, bool verbose) =>
        isJson ? new ServeJsonLog(new JsonLines(output), verbose) : new ServeText(Terminal.Open(output), verbose);

    public abstract void Listening(IPEndPoint address, string keyId, string? publicKeyFile);

    public abstract void Connected(UdpackSession session, long number);

    public abstract void Refused(IPEndPoint client);

    public abstract void Ended(SessionSummary summary);

    public abstract void Stopping(int sessions);

    public abstract void Stopped(long sessions, UdpackListenerStatistics figures);

    public void StreamOpened(UdpackSession session, UdpackStream stream)
    {
        if (verbose)
        {
            Write(new StreamOpenedLine($"{session.Id:x8}", stream.Id));
        }
    }

    public void StreamEnded(UdpackSession session, UdpackStream stream, string result)
    {
        if (verbose)
        {
            Write(new StreamEndedLine($"{session.Id:x8}", stream.Id, result));
        }
    }

    public void Report(HandshakeStep value) =>
        Write(new HandshakeStepLine($"{value.SessionId:x8}", $"{value.Kind}", $"{value.State}", value.Bytes, Math.Round(value.Elapsed.TotalMilliseconds, 3)));

    protected abstract void Write(HandshakeStepLine line);

    protected abstract void Write(StreamOpenedLine line);

    protected abstract void Write(StreamEndedLine line);
}
