using System.Globalization;
using System.Text.Json;

namespace UDPack.Tool.Tests.Dissector;

/// <summary>What tshark should say of a datagram, by what udpack inspect says of it.</summary>
internal sealed class Expected
{
    private readonly JsonElement _datagram;
    private readonly JsonElement[] _frames;

    public Expected(JsonElement datagram)
    {
        _datagram = datagram;
        _frames = datagram.TryGetProperty("frames", out var frames) ? [.. frames.EnumerateArray()] : [];
        var state = Text(datagram, "state");
        var isMalformed = state == "malformed"
            || ((state == "decrypted" || Text(datagram, "kind") == "shakehand") && datagram.TryGetProperty("problem", out _))
            || _frames.Any(static frame => frame.TryGetProperty("problem", out _));
        Fields = new Dictionary<string, string> { ["udpack.malformed"] = isMalformed ? "present" : "" };
        if (state == "malformed")
        {
            return;
        }

        Fields["udpack.kind"] = Text(datagram, "kind");
        if (state == "decrypted" && datagram.TryGetProperty("sequence", out _))
        {
            Fields["udpack.direction"] = Text(datagram, "direction");
        }

        Fields["udpack.sequence"] = Number(datagram, "sequence");
        Fields["udpack.generation"] = Number(datagram, "generation");
        Fields["udpack.decrypted"] = state switch { "decrypted" => "1", "encrypted" => "0", _ => "" };
        Fields["udpack.handshake.code"] = datagram.TryGetProperty("handshake", out var handshake) ? Number(handshake, "code") : "";
        if (datagram.TryGetProperty("shakehand", out var shakehand) && shakehand.TryGetProperty("content", out var content))
        {
            Fields["udpack.shakehand.token"] = Text(content, "token");
        }

        if (!isMalformed)
        {
            AddFrames();
        }
    }

    public Dictionary<string, string> Fields { get; }

    private void AddFrames()
    {
        // The first frame's header is the datagram's, but for a confirmation, where frames follow its own.
        var inner = Text(_datagram, "kind") == "confirmation" ? _frames : _frames.Skip(1);
        var headers = new[] { _datagram }.Concat(inner).Select(static frame => frame.GetProperty("header").GetProperty("opcode").GetInt32());
        if (Text(_datagram, "state") == "decrypted" && !HasReserved)
        {
            Fields["udpack.opcode"] = string.Join(',', headers.Select(static opcode => $"0x{opcode:x2}"));
        }

        Fields["udpack.payload"] = Join(static frame => Text(frame, "payload"));
        Fields["udpack.stream_id"] = Join(static frame => Number(frame, "streamId"));
        Fields["udpack.packet_id"] = Join(static frame => Number(frame, "packetId"));
        Fields["udpack.datagram.lane"] = Join(static frame => Number(frame, "lane"));
        Fields["udpack.latest.key"] = Join(static frame => Number(frame, "key"));
        Fields["udpack.number"] = Join(static frame => Number(frame, "number"));
        Fields["udpack.fragment_id"] = Join(static frame => Number(frame, "fragmentId"));
        Fields["udpack.credit"] = Join(static frame => Number(frame, "credit"));
        Fields["udpack.closestream.code"] = Join(static frame =>
            Text(frame.GetProperty("header"), "opcodeName") == "closestream" ? Number(frame, "code") : "");
        Fields["udpack.goaway.reason"] = Join(static frame => Number(frame, "reason"));
        Fields["udpack.goaway.application_code"] = Join(static frame => Number(frame, "applicationCode"));
        Fields["udpack.ack.range"] = Join(static frame => frame.TryGetProperty("ranges", out var ranges)
            ? string.Join(',', ranges.EnumerateArray().Select(static range => $"{range[0].GetUInt64()}-{range[1].GetUInt64()}"))
            : "");
    }

    /// <summary>Frames that were stepped over count as padding, more than there can be zeros.</summary>
    private bool HasReserved => _datagram.TryGetProperty("padding", out var padding) && padding.GetInt32() >= 16;

    private string Join(Func<JsonElement, string> field) => string.Join(',', _frames.Select(field).Where(static text => text.Length > 0));

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static string Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetUInt64().ToString(CultureInfo.InvariantCulture) : "";
}
