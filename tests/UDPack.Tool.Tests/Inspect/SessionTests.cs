using System.Text;
using System.Text.Json;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>Captures of real sessions.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly InspectFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, CipherAlgorithm.Aes128Gcm)]
    [InlineData(false, CipherAlgorithm.Aes256Gcm)]
    [InlineData(false, CipherAlgorithm.ChaCha20Poly1305)]
    [InlineData(true, CipherAlgorithm.Aes256Gcm)]
    public async Task Everything_is_decrypted_with_the_key_log(bool isRsa, CipherAlgorithm algorithm)
    {
        using var key = isRsa ? ServerKey.GenerateRsa(2048) : ServerKey.GenerateP256();
        var session = await RecordedSession.RunAsync(key, algorithm);

        var datagrams = await InspectAsync(session);

        Assert.Equal(session.Datagrams.Count, datagrams.Length);
        Assert.All(datagrams, static datagram => Assert.Equal("decrypted", Text(datagram, "state")));
        Assert.All(datagrams, static datagram => Assert.False(datagram.TryGetProperty("problem", out _)));
        Assert.Equal("", _folder.Error);

        var shakehand = datagrams[0];
        Assert.Equal("shakehand", Text(shakehand, "kind"));
        var content = shakehand.GetProperty("shakehand").GetProperty("content");
        Assert.Equal((int)algorithm, content.GetProperty("algorithm").GetInt32());
        Assert.Equal(Hex(RecordedSession.Token), Text(content, "token"));
        Assert.Equal(16_777_216, content.GetProperty("parameters").GetProperty("maxPacketBytes").GetInt64());
        Assert.Equal(key.PublicKey.KeyIdText, Text(shakehand.GetProperty("shakehand"), "keyId"));

        var reply = datagrams.First(static datagram => Text(datagram, "kind") == "reply");
        Assert.Equal(128, reply.GetProperty("handshake").GetProperty("parameters").GetProperty("maxStreams").GetInt64());
        Assert.Equal("toClient", Text(reply, "direction"));
        Assert.Equal($"{session.Id:x8}", Text(reply.GetProperty("header"), "sessionId"));
        Assert.Contains(datagrams, static datagram => Text(datagram, "kind") == "confirmation");

        Assert.Equal(Hex(RecordedSession.Hello), Payload(datagrams, "toServer", "data", static frame => !frame.TryGetProperty("streamId", out _)));
        Assert.Equal(Hex(RecordedSession.Answer), Payload(datagrams, "toClient", "data", static _ => true));
        Assert.Equal(Hex(RecordedSession.Message), Payload(datagrams, "toServer", "datagram", static frame => !frame.TryGetProperty("lane", out _)));
        Assert.Equal(Hex(RecordedSession.Sequenced), Payload(datagrams, "toServer", "datagram", static frame => frame.TryGetProperty("lane", out var lane) && lane.GetInt32() == RecordedSession.Lane));
        Assert.Equal(Hex(RecordedSession.Value), Payload(datagrams, "toClient", "latest", static frame => frame.GetProperty("key").GetUInt32() == RecordedSession.Key));
        Assert.Equal(Hex(RecordedSession.OnStream), Payload(datagrams, "toServer", "data", static frame => Number(frame, "streamId") == 2));
        Assert.Equal(Hex(RecordedSession.OnUnordered), Payload(datagrams, "toServer", "data", static frame => Number(frame, "streamId") == 4));
        Assert.Contains(Frames(datagrams, "toServer", "openstream"), static frame => Text(frame, "mode") == "unordered");
        Assert.Contains(Frames(datagrams, "toServer", "closestream"), static frame => Number(frame, "code") == RecordedSession.AbortCode);
        Assert.Contains(Frames(datagrams, "toServer", "goaway"), static frame =>
            Number(frame, "code") == 0 && Number(frame, "reason") == (int)GoAwayReason.Application
            && Number(frame, "applicationCode") == RecordedSession.CloseCode && Text(frame, "text") == RecordedSession.CloseText);
        Assert.Contains(Frames(datagrams, "toClient", "ack"), static frame => frame.TryGetProperty("ranges", out var ranges) && ranges.GetArrayLength() > 0);
        Assert.Equal(RecordedSession.LongPacket, Joined(Frames(datagrams, "toServer", "data")));
    }

    [Fact]
    public async Task Without_a_key_log_the_outside_is_shown()
    {
        using var key = ServerKey.GenerateP256();
        var session = await RecordedSession.RunAsync(key, validation: AddressValidation.Always);

        var datagrams = await InspectAsync(session with { KeyLog = "" });

        Assert.Equal(session.Datagrams.Count, datagrams.Length);
        Assert.DoesNotContain(datagrams, static datagram => Text(datagram, "state") is "decrypted" or "malformed");
        Assert.Equal(["shakehand", "retry", "reply", "confirmation", "protected"], datagrams.Select(static datagram => Text(datagram, "kind")).Distinct());
        var cookies = datagrams.Where(static datagram => Text(datagram, "kind") == "retry").Select(static datagram => Text(datagram.GetProperty("retry"), "cookie"));
        Assert.Contains(datagrams, datagram =>
            datagram.TryGetProperty("shakehand", out var shakehand) && shakehand.TryGetProperty("cookie", out var cookie) && cookies.Contains(cookie.GetString()));
        Assert.All(datagrams, static datagram =>
            Assert.False(datagram.TryGetProperty("shakehand", out var shakehand) && shakehand.TryGetProperty("content", out _)));
        Assert.All(
            datagrams.Where(static datagram => Text(datagram, "kind") is "reply" or "confirmation" or "protected"),
            static datagram => Assert.True(datagram.TryGetProperty("sequence", out _)));
        Assert.DoesNotContain(Hex(RecordedSession.Hello), _folder.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_verified_with_the_key_log()
    {
        using var key = ServerKey.GenerateP256();
        var session = await RecordedSession.RunRefusedAsync(key);

        var handshake = (await InspectAsync(session)).Single(static datagram => Text(datagram, "kind") == "refusal").GetProperty("handshake");

        Assert.Equal(1, Number(handshake, "code"));
        Assert.Equal("token refused", Text(handshake, "reasonName"));
        Assert.Equal("verified", Text(handshake, "mac"));

        handshake = (await InspectAsync(session with { KeyLog = "" })).Single(static datagram => Text(datagram, "kind") == "refusal").GetProperty("handshake");
        Assert.Equal("unchecked", Text(handshake, "mac"));
    }

    [Fact]
    public async Task The_text_shows_frames_fields_and_bytes()
    {
        using var key = ServerKey.GenerateP256();
        var session = await RecordedSession.RunAsync(key);
        var capture = _folder.Write("capture.pcap", CaptureWriter.Pcap(session.Datagrams));
        var log = _folder.Write("keys.log", session.KeyLog);

        Assert.Equal(ExitCodes.Success, await _folder.RunAsync(capture, "--key-log", log, "--hex"));

        Assert.Contains($"token \"{RecordedSession.Token}\"", _folder.Output, StringComparison.Ordinal);
        Assert.Contains($"data packet 1, {RecordedSession.Hello.Length} bytes: \"{RecordedSession.Hello}\"", _folder.Output, StringComparison.Ordinal);
        Assert.Contains("goaway code 0 (closed), reason 1 (application), application code 77, \"enough\"", _folder.Output, StringComparison.Ordinal);
        Assert.Contains("05:06:07.000000", _folder.Output, StringComparison.Ordinal);
        Assert.Contains("decrypted, ", _folder.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', _folder.Output);
    }

    [Fact]
    public async Task A_capture_that_begins_in_the_middle_is_decrypted_too()
    {
        using var key = ServerKey.GenerateP256();
        var session = await RecordedSession.RunAsync(key);

        var datagrams = await InspectAsync(session with { Datagrams = [.. session.Datagrams.SkipWhile(static datagram => datagram.Bytes[13] != 0).Reverse()] });

        Assert.All(datagrams, static datagram => Assert.Equal("decrypted", Text(datagram, "state")));
        Assert.Contains(datagrams, static datagram => Text(datagram, "direction") == "toClient");
    }

    [Fact]
    public async Task The_key_log_of_another_session_decrypts_nothing()
    {
        using var key = ServerKey.GenerateP256();
        var session = await RecordedSession.RunAsync(key);
        var other = await RecordedSession.RunAsync(key);

        var datagrams = await InspectAsync(session with { KeyLog = other.KeyLog.Replace($"{other.Id:x8}", $"{session.Id:x8}", StringComparison.Ordinal) });

        Assert.DoesNotContain(datagrams, static datagram => Text(datagram, "state") == "decrypted");
        Assert.Contains("could not be decrypted with the key log", _folder.Error, StringComparison.Ordinal);
    }

    private async Task<JsonElement[]> InspectAsync(RecordedSession session)
    {
        var capture = _folder.Write("capture.pcap", CaptureWriter.Pcap(session.Datagrams));
        var log = _folder.Write("keys.log", session.KeyLog);
        return await _folder.InspectAsync(capture, "--key-log", log);
    }

    private static string Payload(JsonElement[] datagrams, string direction, string opcode, Func<JsonElement, bool> condition) =>
        Text(Frames(datagrams, direction, opcode).First(condition), "payload");

    private static IEnumerable<JsonElement> Frames(JsonElement[] datagrams, string direction, string opcode) =>
        from datagram in datagrams
        where Text(datagram, "direction") == direction && datagram.TryGetProperty("frames", out _)
        from frame in datagram.GetProperty("frames").EnumerateArray()
        where Text(frame.GetProperty("header"), "opcodeName") == opcode
        select frame;

    /// <summary>The second packet of the session's own channel, put together of its fragments.</summary>
    private static byte[] Joined(IEnumerable<JsonElement> frames)
    {
        var packet = new byte[RecordedSession.LongPacketBytes];
        foreach (var frame in frames.Where(static frame => !frame.TryGetProperty("streamId", out _) && Number(frame, "packetId") == 2))
        {
            var offset = frame.TryGetProperty("fragmentId", out var fragment) ? fragment.GetInt32() : 0;
            Convert.FromHexString(Text(frame, "payload")).CopyTo(packet, offset);
        }

        return packet;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static long Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt64() : -1;

    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text));
}
