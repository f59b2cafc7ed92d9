using System.Text.Json;
using UDPack.Protocol.Frames;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>The fields of each frame, and what is said of malformed ones.</summary>
public sealed class FrameFieldsTests : IDisposable
{
    private readonly InspectFolder _folder = new();
    private readonly SealedSession _session = new(new Random(9), CipherAlgorithm.ChaCha20Poly1305);

    public static TheoryData<string, string, string> Frames => new()
    {
        // Opcode and flags, payload, fields.
        { "1 00", "aa", """ "payload":"aa" """ },
        { "1 c0", "aabb", """ "lane":5,"number":6,"payload":"aabb" """ },
        { "e c0", "", """ "key":5,"number":6,"payload":"" """ },
        { "2 c0", "4484", """ "streamId":5,"packetId":6,"skippedLength":1156 """ },
        { "3 00", "0a0b", """ "limit":10,"needed":11 """ },
        { "3 80", "0a0b", """ "streamId":5,"limit":10,"needed":11 """ },
        { "4 02", "0a0201030001" + "05", """ "largest":10,"delayMicros":2,"ranges":[[7,10],[4,5]],"credit":5 """ },
        { "4 80", "80100000", """ "streamId":5,"credit":1048576 """ },
        { "6 00", "abcd", """ "payload":"abcd" """ },
        { "7 80", "", """ "streamId":5,"mode":"ordered" """ },
        { "7 80", "02", """ "streamId":5,"mode":"deadline" """ },
        { "8 80", "", """ "streamId":5 """ },
        { "9 c0", "", """ "streamId":5,"packetId":6 """ },
        { "9 80", "012c4b" + "", """ "streamId":5,"problem":"its payload is malformed" """ },
        { "9 80", "000107", """ "streamId":5,"credit":7,"code":1,"codeName":"refused" """ },
        { "c 00", "02", """ "code":2,"codeName":"expired" """ },
        { "c 00", "00014d", """ "problem":"its payload is malformed" """ },
        { "c 00", "0001404e", """ "code":0,"codeName":"closed","reason":1,"reasonName":"application","applicationCode":77 """ },
        { "c 00", "010200" + "6f6b0a1b5b31", """ "code":1,"codeName":"error","reason":2,"reasonName":"stopping","text":"ok  [1" """ },
        { "c 00", "01ff01", """ "code":1,"codeName":"error","reason":255,"reasonName":"unknown","applicationCode":0 """ },
        { "c 00", "000180010001", """ "problem":"its payload is malformed" """ },
        { "c 00", "0000", """ "problem":"its payload is malformed" """ },
        { "2 c0", "", """ "streamId":5,"packetId":6,"problem":"its payload is malformed" """ },
        { "4 00", "0a02010c00", """ "problem":"its payload is malformed" """ },
    };

    public void Dispose()
    {
        _session.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public async Task Each_frame_has_its_fields(string opcodeAndFlags, string payload, string fields)
    {
        var opcode = (Opcode)Convert.ToByte(opcodeAndFlags[..1], 16);
        var flags = (FrameFlags)Convert.ToByte(opcodeAndFlags[2..], 16);

        var datagram = await InspectAsync(SealedSession.Frame(opcode, flags, Convert.FromHexString(payload), 5, 6));

        var frame = datagram.GetProperty("frames")[0];
        var rest = frame.EnumerateObject().Where(static property => property.Name != "header").Select(static property => $"\"{property.Name}\":{property.Value.GetRawText()}");
        Assert.Equal(Sorted(fields.Trim()), Sorted(string.Join(',', rest)));
        Assert.Equal((int)opcode, frame.GetProperty("header").GetProperty("opcode").GetInt32());
    }

    [Fact]
    public async Task Frames_before_a_malformed_one_are_shown()
    {
        var good = SealedSession.Frame(Opcode.Ping, FrameFlags.None, "a"u8);
        var bad = SealedSession.Frame(Opcode.Skip, FrameFlags.Packet, "b"u8, packet: 1);

        var datagram = await InspectAsync([.. good, .. good, .. bad]);

        Assert.Equal(2, datagram.GetProperty("frames").GetArrayLength());
        Assert.Equal("what follows frame 2 is malformed", datagram.GetProperty("problem").GetString());
        Assert.False(datagram.TryGetProperty("padding", out _));
    }

    [Fact]
    public async Task Padding_is_counted()
    {
        var datagram = await InspectAsync([.. SealedSession.Frame(Opcode.Ping, FrameFlags.None, "a"u8), .. new byte[100]]);

        Assert.Equal(100, datagram.GetProperty("padding").GetInt32());
    }

    private static string Sorted(string fields)
    {
        using var document = JsonDocument.Parse($"{{{fields}}}");
        return string.Join(',', document.RootElement.EnumerateObject().OrderBy(static property => property.Name, StringComparer.Ordinal)
            .Select(static property => $"{property.Name}={property.Value.GetRawText()}"));
    }

    private async Task<JsonElement> InspectAsync(byte[] frames)
    {
        var capture = _folder.Write("capture", CaptureWriter.Pcap([_session.Seal(false, frames)]));
        return Assert.Single(await _folder.InspectAsync(capture, "--key-log", _folder.Write("keys.log", _session.KeyLog)));
    }
}
