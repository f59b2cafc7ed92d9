using System.Globalization;
using Spectre.Console;
using UDPack.Tool.Inspect.Decoding;

namespace UDPack.Tool.Inspect.Reports;

/// <summary>Datagrams for people: a line each, and below it what is in it.</summary>
/// <param name="lines">Where the lines go.</param>
/// <param name="withHex">Whether to show all bytes.</param>
internal sealed class TextReport(ReportLines lines, bool withHex) : IReport
{
    private const int ShownPayloadBytes = 48;

    private static readonly Style Strong = new(decoration: Decoration.Bold);
    private static readonly Style Good = new(Color.Green);
    private static readonly Style Weak = new(Color.Grey);
    private static readonly Style Bad = new(Color.Red);

    public void Write(DatagramView datagram)
    {
        WriteSummary(datagram);
        if (datagram.Problem is { } problem)
        {
            lines.Write(("     ! ", Bad), (problem, Bad));
        }

        if (datagram.Shakehand is { } shakehand)
        {
            WriteShakehand(shakehand);
        }

        if (datagram.Handshake is { } handshake)
        {
            WriteHandshake(handshake);
        }

        if (datagram.Retry is { } retry)
        {
            Field("shakehand hash", $"{retry.ShakehandHashStart}…");
            Field("cookie", retry.Cookie);
        }

        foreach (var frame in datagram.Frames ?? [])
        {
            WriteFrame(frame);
        }

        if (datagram.Padding > 0)
        {
            lines.Write(($"     padding {Text(datagram.Padding.Value)} bytes", Weak));
        }

        if (withHex)
        {
            HexDump("bytes", datagram.Bytes);
            if (datagram.Plaintext is { } plaintext)
            {
                HexDump("decrypted", plaintext);
            }
        }
    }

    private void WriteSummary(DatagramView datagram)
    {
        var time = datagram.Time is { } at ? at.ToString("HH:mm:ss.ffffff ", CultureInfo.InvariantCulture) : "";
        var route = datagram.Source is null ? "" : $"{datagram.Source} > {datagram.Destination} ";
        var arrow = datagram.Direction switch { Directions.ToServer => "→server ", Directions.ToClient => "→client ", _ => "" };
        var session = datagram.Header is { } header ? $" session {header.SessionId}" : "";
        var number = datagram.Sequence is { } sequence ? $" number {Text(sequence)} generation {Text(datagram.Generation!.Value)}" : "";
        var name = datagram.Kind == Kinds.Protected && datagram.State == States.Encrypted ? $"protected ({datagram.Header!.OpcodeName})" : datagram.Kind;
        lines.Write(
            ($"{Text(datagram.Number),4} ", Weak),
            (time, Weak),
            (route, Style.Plain),
            (arrow, Style.Plain),
            (name, Strong),
            ($"{session}{number} {Text(datagram.Length)} bytes ", Style.Plain),
            ($"[{datagram.State}]", datagram.State switch
            {
                States.Decrypted => Good,
                States.Malformed or States.Cut => Bad,
                _ => Weak,
            }));
    }

    private void WriteShakehand(ShakehandView shakehand)
    {
        Field("suite", $"{Text(shakehand.Suite)} ({shakehand.SuiteName}), key id {shakehand.KeyId}");
        Field("hash", shakehand.Hash);
        if (shakehand.Cookie is { } cookie)
        {
            Field("cookie", cookie);
        }

        if (shakehand.Content is { } content)
        {
            Field("version", Text(content.Version));
            Field("algorithm", $"{Text(content.Algorithm)} ({content.AlgorithmName})");
            Field("token", content.Token is { } token ? Payload(token) : "none");
            Field("parameters", Parameters(content.Parameters));
        }
    }

    private void WriteHandshake(HandshakeView handshake)
    {
        var reason = handshake.Reason is { } number ? $", reason {Text(number)} ({handshake.ReasonName}), MAC {handshake.Mac}" : "";
        Field("code", $"{Text(handshake.Code)} ({handshake.CodeName}){reason}");
        if (handshake.Parameters is { } parameters)
        {
            Field("parameters", Parameters(parameters));
        }
    }

    private void WriteFrame(FrameView frame)
    {
        var fields = new List<string>();
        Add("stream", frame.StreamId);
        Add("packet", frame.PacketId);
        Add("lane", frame.Lane);
        Add("key", frame.Key);
        Add("number", frame.Number);
        Add("fragment at", frame.FragmentId);
        fields.AddRange(frame.Header.Flags.Where(flag => flag is "FIN" or "SLOW"));
        Add("skipped bytes", frame.SkippedLength);
        Add("limit", frame.Limit);
        Add("needed", frame.Needed);
        if (frame.Ranges is { } ranges)
        {
            fields.Add($"numbers {string.Join(", ", ranges.Select(range => range[0] == range[1] ? Text(range[0]) : $"{Text(range[0])}–{Text(range[1])}"))}");
        }

        Add("delay µs", frame.DelayMicros);
        Add("credit", frame.Credit);
        Add("mode", frame.Mode);
        if (frame.Code is { } code)
        {
            fields.Add($"code {Text(code)} ({frame.CodeName})");
        }

        if (frame.Reason is { } reason)
        {
            fields.Add($"reason {Text(reason)} ({frame.ReasonName})");
        }

        Add("application code", frame.ApplicationCode);
        if (frame.Text is { } text)
        {
            fields.Add($"\"{text}\"");
        }

        if (frame.Payload is { } payload)
        {
            fields.Add($"{Text(payload.Length / 2)} bytes{(payload.Length > 0 ? $": {Payload(payload)}" : "")}");
        }

        lines.Write(
            ("     ", Style.Plain), (frame.Header.OpcodeName, Strong), ($" {string.Join(", ", fields)}", Style.Plain), (frame.Problem is null ? "" : $" ! {frame.Problem}", Bad));

        void Add(string name, object? value)
        {
            if (value is not null)
            {
                fields.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {value}"));
            }
        }
    }

    private void Field(string name, string value) => lines.Write(($"     {name} ", Weak), (value, Style.Plain));

    private static string Parameters(ParametersView? parameters) => parameters is null
        ? "unreadable"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"idle timeout {parameters.IdleTimeoutMs} ms, packet {parameters.MaxPacketBytes}, session credit {parameters.InitialSessionCredit}, stream credit {parameters.InitialStreamCredit}, streams {parameters.MaxStreams}, ack delay {parameters.MaxAckDelayMicros} µs, UDP payload {parameters.MaxUdpPayload}");

    /// <summary>The beginning as text if it is printable ASCII, else as hex.</summary>
    private static string Payload(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var shown = bytes.AsSpan(0, Math.Min(bytes.Length, ShownPayloadBytes));
        var rest = bytes.Length > shown.Length ? "…" : "";
        return shown.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E)
            ? $"{Convert.ToHexStringLower(shown)}{rest}"
            : $"\"{System.Text.Encoding.ASCII.GetString(shown)}\"{rest}";
    }

    private void HexDump(string name, byte[] bytes)
    {
        const int perLine = 16;
        lines.Write(($"     {name}, {Text(bytes.Length)} bytes", Weak));
        for (var at = 0; at < bytes.Length; at += perLine)
        {
            var row = bytes.AsSpan(at, Math.Min(perLine, bytes.Length - at));
            var text = string.Concat(row.ToArray().Select(value => value is >= 0x20 and <= 0x7E ? (char)value : '.'));
            var hex = string.Join(' ', row.ToArray().Select(value => value.ToString("x2", CultureInfo.InvariantCulture)));
            lines.Write(($"     {at:x4}  ", Weak), ($"{hex,-47}", Style.Plain), ($"  {text}", Weak));
        }
    }

    private static string Text<T>(T number)
        where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}
