using System.Net;
using Spectre.Console;
using UDPack.Tool.Output;

namespace UDPack.Tool.Pipes;

/// <summary>What the ends of a pipe tell, on standard error: standard output is for what was received.</summary>
internal abstract class PipeLog
{
    /// <param name="error">Standard error.</param>
    /// <param name="isJson">Whether to write JSON.</param>
    /// <param name="verbose">Whether to tell of sessions; JSON does so anyway.</param>
    public static PipeLog To(TextWriter error, bool isJson, bool verbose) =>
        isJson ? new Json(new JsonLines(error)) : new Text(Terminal.Open(error), verbose);

    public abstract void Listening(IPEndPoint address, string keyId, string? publicKeyFile);

    public abstract void Connected(UdpackSession session);

    public abstract void Finished(PipeSummary summary);

    public abstract void Failed(UdpackSession session, string reason);

    private sealed class Text(IAnsiConsole console, bool verbose) : PipeLog
    {
        public override void Listening(IPEndPoint address, string keyId, string? publicKeyFile)
        {
            console.MarkupLineInterpolated($"Listening on [bold]udp://{address}[/], key {keyId}.");
            if (publicKeyFile is not null)
            {
                console.MarkupLineInterpolated($"[yellow]The key is for this run only.[/] The other side needs --public-key {publicKeyFile}");
            }
        }

        public override void Connected(UdpackSession session)
        {
            if (verbose)
            {
                console.MarkupLineInterpolated($"[green]connected[/] {session.Id:x8} {session.RemoteEndPoint}, {session.Algorithm}");
            }
        }

        public override void Finished(PipeSummary summary)
        {
            if (verbose)
            {
                var loss = $"{Quantities.Count(summary.DatagramsLost)} of {Quantities.Count(summary.DatagramsSent)} datagrams lost";
                console.MarkupLineInterpolated(
                    $"[blue]finished[/] {summary.Session}: sent {Quantities.Bytes(summary.SentBytes)}, received {Quantities.Bytes(summary.ReceivedBytes)} in {Quantities.Seconds(summary.Seconds)}, {loss}");
            }
        }

        public override void Failed(UdpackSession session, string reason) => console.MarkupLineInterpolated($"[red]failed[/] {session.Id:x8}: {reason}");
    }

    private sealed class Json(JsonLines lines) : PipeLog
    {
        public override void Listening(IPEndPoint address, string keyId, string? publicKeyFile) =>
            lines.Write(new ListeningLine { Address = address.ToString(), KeyId = keyId, PublicKeyFile = publicKeyFile }, PipeJson.Default.ListeningLine);

        public override void Connected(UdpackSession session) =>
            lines.Write(new PipeConnectedLine($"{session.Id:x8}", session.RemoteEndPoint.ToString(), $"{session.Algorithm}"), PipeJson.Default.PipeConnectedLine);

        public override void Finished(PipeSummary summary) => lines.Write(summary, PipeJson.Default.PipeSummary);

        public override void Failed(UdpackSession session, string reason) =>
            lines.Write(new PipeFailedLine($"{session.Id:x8}", reason), PipeJson.Default.PipeFailedLine);
    }
}
