using System.Net;
using System.Text.Json;
using UDPack.Protocol.Frames;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>Capture formats, link layers and what can be wrong with files.</summary>
public sealed class CaptureFormatTests : IDisposable
{
    private static readonly IPEndPoint Client6 = new(IPAddress.Parse("2001:db8::1"), 50_000);
    private static readonly IPEndPoint Server6 = new(IPAddress.Parse("2001:db8::2"), 9000);

    private readonly InspectFolder _folder = new();
    private readonly SealedSession _session = new(new Random(5));

    public static TheoryData<int, byte[]> LinkLayers => new()
    {
        { 0, [2, 0, 0, 0] },
        { 1, [1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1, 0x08, 0x00] },
        { 1, [1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1, 0x88, 0xA8, 0, 7, 0x81, 0x00, 0, 5, 0x08, 0x00] },
        { 101, [] },
        { 108, [0, 0, 0, 2] },
        { 113, [0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x08, 0x00] },
        { 228, [] },
        { 276, [0x08, 0x00, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0] },
    };

    public void Dispose()
    {
        _session.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(LinkLayers))]
    public async Task Every_link_layer_is_taken_off(int link, byte[] header)
    {
        byte[] packet = [.. header, .. CaptureWriter.Ip(Ping())];

        foreach (var capture in (byte[][])[CaptureWriter.Pcap(link, [packet]), CaptureWriter.PcapNg(link, [packet])])
        {
            var datagram = Assert.Single(await InspectAsync(capture));
            Assert.Equal("127.0.0.1:50000", datagram.GetProperty("source").GetString());
            Assert.Equal("127.0.0.1:9000", datagram.GetProperty("destination").GetString());
            Assert.Equal("decrypted", datagram.GetProperty("state").GetString());
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Both_byte_orders_and_resolutions_give_the_times(bool bigEndian, bool nanos)
    {
        var packets = new[] { CaptureWriter.Ip(Ping()), CaptureWriter.Ip(Ping()) };

        foreach (var capture in (byte[][])[CaptureWriter.Pcap(101, packets, bigEndian, nanos), CaptureWriter.PcapNg(101, packets, bigEndian)])
        {
            var datagrams = await InspectAsync(capture);
            Assert.Equal([CaptureWriter.Start, CaptureWriter.Start.AddMilliseconds(1)], datagrams.Select(static datagram => datagram.GetProperty("time").GetDateTime()));
            Assert.Equal([1, 2], datagrams.Select(static datagram => datagram.GetProperty("number").GetInt32()));
        }
    }

    [Fact]
    public async Task IPv6_is_read_with_its_extension_headers()
    {
        var plain = CaptureWriter.Ip(Ping() with { From = Client6, To = Server6 });
        byte[] options = [17, 0, 1, 4, 0, 0, 0, 0, .. plain[40..]];
        var extended = CaptureWriter.IPv6(Client6.Address, Server6.Address, 60, options);

        var datagrams = await InspectAsync(CaptureWriter.Pcap(101, [plain, extended]));

        Assert.Equal(2, datagrams.Length);
        Assert.All(datagrams, static datagram => Assert.Equal("[2001:db8::1]:50000", datagram.GetProperty("source").GetString()));
    }

    [Fact]
    public async Task What_is_not_a_datagram_is_counted()
    {
        byte[] fragment6 = [17, 0, 0, 1, 0, 0, 0, 9, .. new byte[40]];
        var capture = CaptureWriter.Pcap(
            101,
            [
                CaptureWriter.IPv4(IPAddress.Loopback, IPAddress.Loopback, new byte[40], fragment: 0x2000),
                CaptureWriter.IPv4(IPAddress.Loopback, IPAddress.Loopback, new byte[40], fragment: 0x0010),
                CaptureWriter.IPv6(Client6.Address, Server6.Address, 44, fragment6),
                CaptureWriter.IPv6(Client6.Address, Server6.Address, 6, new byte[40]),
                [0x45],
                CaptureWriter.Ip(new RecordedDatagram(SealedSession.Client, new IPEndPoint(IPAddress.Loopback, 53), "not this protocol"u8.ToArray())),
            ]);

        Assert.Equal(ExitCodes.Success, await _folder.RunAsync(_folder.Write("capture.pcap", capture)));

        Assert.Equal("", _folder.Output);
        Assert.Contains("3 IP fragments left out", _folder.Error, StringComparison.Ordinal);
        Assert.Contains("2 packets that are not UDP over IP left out", _folder.Error, StringComparison.Ordinal);
        Assert.Contains("1 other UDP datagrams left out", _folder.Error, StringComparison.Ordinal);
        Assert.Contains("No datagrams found", _folder.Error, StringComparison.Ordinal);

        await _folder.RunAsync(_folder.Write("capture.pcap", CaptureWriter.Pcap(147, [[1, 2, 3]])));
        Assert.Contains("link layer is not supported", _folder.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_takes_its_datagrams_in_whatever_shape()
    {
        var malformed = new RecordedDatagram(SealedSession.Client, SealedSession.Server, [1, 2, 3]);
        var other = malformed with { To = new IPEndPoint(IPAddress.Loopback, 53) };
        var file = _folder.Write("capture.pcap", CaptureWriter.Pcap([malformed, other, Ping()]));

        var datagrams = await _folder.InspectAsync(file, "--port", "9000");

        Assert.Equal(["malformed", "encrypted"], datagrams.Select(static datagram => datagram.GetProperty("state").GetString()));
        Assert.Equal("toServer", datagrams[0].GetProperty("direction").GetString());
    }

    [Fact]
    public async Task A_cut_datagram_shows_its_header()
    {
        var capture = CaptureWriter.Pcap(101, [CaptureWriter.Ip(Ping())], snap: 50);

        var datagram = Assert.Single(await InspectAsync(capture));

        Assert.Equal("cut", datagram.GetProperty("state").GetString());
        Assert.Equal("ping", datagram.GetProperty("header").GetProperty("opcodeName").GetString());
        Assert.Equal(22, datagram.GetProperty("capturedLength").GetInt32());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_cut_short_is_read_as_far_as_it_goes(bool isPcapNg)
    {
        byte[][] packets = [CaptureWriter.Ip(Ping()), CaptureWriter.Ip(Ping())];
        var whole = isPcapNg ? CaptureWriter.PcapNg(101, packets) : CaptureWriter.Pcap(101, packets);
        for (var length = 4; length < whole.Length; length++)
        {
            var code = await _folder.RunAsync(_folder.Write("capture.pcap", whole[..length]), "--json");

            // A file may end between two packets without anyone noticing.
            Assert.True(code == ExitCodes.Failed == _folder.Error.Contains("Not all was read", StringComparison.Ordinal));
            Assert.InRange(_folder.Output.Count(static c => c == '\n'), 0, 1);
        }

        Assert.Equal(ExitCodes.Failed, await _folder.RunAsync(_folder.Write("capture.pcap", whole[..^1]), "--json"));
        Assert.Contains("Not all was read: the file is cut short", _folder.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_files_never_throw()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        byte[][] packets = [CaptureWriter.Ip(Ping()), CaptureWriter.Ip(Ping() with { From = Client6, To = Server6 })];
        byte[][] files = [CaptureWriter.Pcap(101, packets), CaptureWriter.PcapNg(1, packets), CaptureWriter.PcapNg(101, packets, bigEndian: true), "c1d2"u8.ToArray()];
        for (var i = 0; i < 500; i++)
        {
            var file = (byte[])files[random.Next(files.Length)].Clone();
            for (var flips = random.Next(1, 8); flips > 0; flips--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            var code = await _folder.RunAsync(_folder.Write("capture.pcap", file), "--key-log", _folder.Write("keys.log", file), "--hex");
            Assert.True(code is ExitCodes.Success or ExitCodes.Failed, $"seed {seed}");
        }
    }

    [Fact]
    public async Task Hex_text_is_one_datagram_on_each_line()
    {
        var hex = Convert.ToHexString(Ping().Bytes);
        var spaced = string.Join(':', Ping().Bytes.Select(static value => $"{value:x2}"));

        var datagrams = await InspectAsync(System.Text.Encoding.ASCII.GetBytes($"# a comment\n{hex}\r\n\n  {spaced} # another\n0102"));

        Assert.Equal([2, 4, 5], datagrams.Select(static datagram => datagram.GetProperty("number").GetInt32()));
        Assert.Equal(["decrypted", "decrypted", "malformed"], datagrams.Select(static datagram => datagram.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task What_cannot_be_read_is_named()
    {
        Assert.Equal(ExitCodes.Failed, await _folder.RunAsync(_folder.Write("text", "hello")));
        Assert.Contains("line 1 is not hex; this is neither a capture file", _folder.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, await _folder.RunAsync(_folder.PathOf("missing")));
        Assert.Contains("missing", _folder.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, await _folder.RunAsync("x", "--port", "70000"));
        Assert.Equal(ExitCodes.Success, await _folder.RunAsync(_folder.Write("empty", ""), "--key-log", _folder.Write("keys.log", "junk\n# fine\n\nUDPACK_CLIENT_SECRET 00")));
        Assert.Contains("2 lines of the key log not understood", _folder.Error, StringComparison.Ordinal);
    }

    private RecordedDatagram Ping() => _session.Seal(true, SealedSession.Frame(Opcode.Ping, FrameFlags.None, "ping"u8));

    private async Task<JsonElement[]> InspectAsync(byte[] capture) =>
        await _folder.InspectAsync(_folder.Write("capture", capture), "--key-log", _folder.Write("keys.log", _session.KeyLog));
}
