using System.Net;
using Spectre.Console;
using UDPack.Tool.Output;

namespace UDPack.Tool.Serve;

/// <summary>A server's output as people read it.</summary>
internal sealed class ServeText(IAnsiConsole console, bool verbose) : ServeLog(verbose)
{
    private readonly Lock _gate = new();

    public override void Listening(IPEndPoint address, string keyId, string? publicKeyFile)
    {
        Line($"Listening on [bold]udp://{address}[/], key {keyId}. Ctrl-C ends it.");
        if (publicKeyFile is not null)
        {
            Line($"[yellow]The key is for this run only.[/] Clients need --public-key {publicKeyFile}");
        }
    }

    public override void Connected(UdpackSession session, long number) =>
        Line($"[green]connected[/] {session.Id:x8} {session.RemoteEndPoint}, {session.Algorithm}, client {number}");

    public override void Refused(IPEndPoint client) => Line($"[yellow]refused[/] {client}: another token");

    public override void Ended(SessionSummary summary)
    {
        var parts = new List<string>(5);
        Add("packet", summary.Packets, summary.PacketBytes);
        Add("stream", summary.Streams, summary.StreamBytes);
        Add("message", summary.Messages, summary.MessageBytes);
        parts.Add($"{Quantities.Count(summary.DatagramsLost)} of {Quantities.Count(summary.DatagramsSent)} datagrams lost");
        parts.Add($"RTT {Quantities.Milliseconds(summary.RttMs)}");
        Line($"[blue]ended[/] {summary.Session} {summary.Client}, {summary.Cause} after {Quantities.Seconds(summary.Seconds)}: {string.Join(", ", parts)}");

        void Add(string name, long count, long bytes)
        {
            if (count > 0)
            {
                parts.Add($"{Quantities.Count(count)} {name}{(count == 1 ? "" : "s")} with {Quantities.Bytes(bytes)}");
            }
        }
    }

    public override void Stopping(int sessions) => Line($"Stopping; sessions that may finish: {sessions}.");

    public override void Stopped(long sessions, UdpackListenerStatistics figures) => Line(
        $"Sessions: [bold]{Quantities.Count(sessions)}[/]; {Quantities.Count(figures.DatagramsSent)} datagrams sent, {Quantities.Count(figures.DatagramsReceived)} received, {Quantities.Count(figures.DatagramsLost)} lost");

    protected override void Write(HandshakeStepLine line) =>
        Line($"[grey]handshake[/] {line.Session} {line.Step}, {line.State} after {Quantities.Milliseconds(line.Ms)}, {line.Bytes} bytes");

    protected override void Write(StreamOpenedLine line) => Line($"[grey]stream[/] {line.Stream} of {line.Session} opened");

    protected override void Write(StreamEndedLine line) => Line($"[grey]stream[/] {line.Stream} of {line.Session} ended: {line.Result}");

    private void Line(FormattableString line)
    {
        lock (_gate)
        {
            console.MarkupLineInterpolated(line);
        }
    }
}
