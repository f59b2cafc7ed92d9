using System.Net;
using System.Text;
using UDPack.Protocol.Frames;
using UDPack.Tool.Dissector;
using UDPack.Tool.Tests.Inspect;

namespace UDPack.Tool.Tests.Dissector;

/// <summary>What tshark shows with the script is what udpack inspect shows.</summary>
public sealed class DissectorTests : IDisposable
{
    private readonly InspectFolder _folder = new();
    private readonly TSharkRun _tshark;

    public DissectorTests() => _tshark = new TSharkRun(_folder);

    public void Dispose() => _folder.Dispose();

    [TSharkTheory]
    [InlineData(false, CipherAlgorithm.Aes128Gcm)]
    [InlineData(false, CipherAlgorithm.Aes256Gcm)]
    [InlineData(false, CipherAlgorithm.ChaCha20Poly1305)]
    [InlineData(true, CipherAlgorithm.Aes256Gcm)]
    [InlineData(true, CipherAlgorithm.ChaCha20Poly1305)]
    public async Task A_session_is_decrypted_as_udpack_inspect_does(bool isRsa, CipherAlgorithm algorithm)
    {
        using var key = isRsa ? ServerKey.GenerateRsa(2048) : ServerKey.GenerateP256();
        var session = await RecordedSession.RunAsync(key, algorithm, AddressValidation.Always);

        var packets = await CompareAsync(CaptureWriter.Pcap(session.Datagrams), session.KeyLog);

        Assert.All(packets, static packet => Assert.Equal("", packet["udpack.malformed"]));
        Assert.Equal(["shakehand", "retry", "reply", "confirmation", "protected"], packets.Select(static packet => packet["udpack.kind"]).Distinct());
        Assert.All(packets.Where(static packet => packet["udpack.kind"] == "reply"), static packet => Assert.Equal("0", packet["udpack.handshake.code"]));
        Assert.All(
            packets.Where(static packet => packet["udpack.kind"] == "shakehand"),
            static packet => Assert.Equal(Hex(RecordedSession.Token), packet["udpack.shakehand.token"]));
        foreach (var sent in (string[])[RecordedSession.Hello, RecordedSession.Answer, RecordedSession.Message, RecordedSession.Sequenced, RecordedSession.Value, RecordedSession.OnStream, RecordedSession.OnUnordered])
        {
            Assert.Contains(packets, packet => packet["udpack.payload"].Split(',').Contains(Hex(sent)));
        }

        Assert.Contains(packets, static packet => packet["udpack.closestream.code"].Split(',').Contains($"{RecordedSession.AbortCode}"));
        Assert.Contains(packets, static packet => packet["udpack.goaway.application_code"] == $"{RecordedSession.CloseCode}"
            && packet["udpack.goaway.code"] == "0" && packet["udpack.goaway.reason"] == "1" && packet["udpack.goaway.text"] == RecordedSession.CloseText);
    }

    [TSharkFact]
    public async Task Without_a_key_log_the_outside_is_shown()
    {
        using var key = ServerKey.GenerateP256();
        var session = await RecordedSession.RunAsync(key);

        var packets = await CompareAsync(CaptureWriter.Pcap(session.Datagrams), "");

        Assert.All(packets, static packet => Assert.NotEqual("1", packet["udpack.decrypted"]));
        Assert.All(packets, static packet => Assert.Equal("", packet["udpack.payload"]));
    }

    [TSharkFact]
    public async Task A_refusal_is_verified()
    {
        using var key = ServerKey.GenerateP256();
        var session = await RecordedSession.RunRefusedAsync(key);

        var packets = await _tshark.ReadAsync(CaptureWriter.Pcap(session.Datagrams), session.KeyLog);

        Assert.Contains(packets, static packet => packet["udpack.kind"] == "refusal" && packet["udpack.handshake.mac_state"] == "verified");
    }

    [TSharkTheory]
    [InlineData(CipherAlgorithm.Aes256Gcm)]
    [InlineData(CipherAlgorithm.ChaCha20Poly1305)]
    public async Task Every_key_generation_is_decrypted(CipherAlgorithm algorithm)
    {
        using var session = new SealedSession(new Random(7), algorithm);
        var datagrams = new List<RecordedDatagram>();
        for (var generation = 0; generation < 300; generation++)
        {
            datagrams.Add(session.Seal(true, SealedSession.Frame(Opcode.Datagram, FrameFlags.None, BitConverter.GetBytes(generation))));
            session.AdvanceGeneration(ofClient: true);
        }

        // Late by one generation, and the other direction, which is in its first.
        (datagrams[200], datagrams[201]) = (datagrams[201], datagrams[200]);
        datagrams.Add(session.Seal(false, SealedSession.Frame(Opcode.Datagram, FrameFlags.None, "first"u8)));

        var packets = await CompareAsync(CaptureWriter.Pcap(datagrams), session.KeyLog);

        Assert.All(packets, static packet => Assert.Equal("1", packet["udpack.decrypted"]));
        Assert.Equal("299", packets[299]["udpack.generation"]);
        Assert.Equal(("0", "toClient"), (packets[300]["udpack.generation"], packets[300]["udpack.direction"]));
    }

    [TSharkFact]
    public async Task Whatever_a_verified_datagram_holds_both_find_the_same_faults()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        using var session = new SealedSession(random);
        var datagrams = new List<RecordedDatagram>();
        for (var i = 0; i < 400; i++)
        {
            datagrams.Add(session.Seal(random.Next(2) == 0, FrameFuzz.Datagram(random)));
        }

        var packets = await CompareAsync(CaptureWriter.Pcap(datagrams), session.KeyLog, seed);

        Assert.InRange(packets.Count(static packet => packet["udpack.malformed"].Length > 0), 40, 380);
    }

    [TSharkFact]
    public async Task Damaged_datagrams_are_no_trouble()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        using var key = ServerKey.GenerateP256();
        var session = await RecordedSession.RunAsync(key, validation: AddressValidation.Always);
        var damaged = new List<RecordedDatagram>();
        for (var i = 0; i < 600; i++)
        {
            var datagram = session.Datagrams[random.Next(session.Datagrams.Count)];
            var bytes = datagram.Bytes[..random.Next(random.Next(3) == 0 ? 0 : datagram.Bytes.Length, datagram.Bytes.Length + 1)].ToArray();
            for (var flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
            {
                bytes[random.Next(Math.Min(bytes.Length, random.Next(2) == 0 ? 20 : 2000))] ^= (byte)(1 << random.Next(8));
            }

            damaged.Add(datagram with { Bytes = bytes.Length == 0 ? [0] : bytes });
        }

        await CompareAsync(CaptureWriter.Pcap(damaged), session.KeyLog, seed, session.ServerPort);
        Assert.Contains("UDPack", await _tshark.DescribeAsync(CaptureWriter.Pcap(damaged), session.KeyLog), StringComparison.Ordinal);
    }

    [TSharkFact]
    public async Task Other_traffic_is_left_alone()
    {
        var random = new Random(11);
        var noise = Enumerable.Range(0, 200).Select(i => new RecordedDatagram(SealedSession.Client, SealedSession.Server, SealedSession.Bytes(random, 60 + i)));

        var packets = await _tshark.ReadAsync(CaptureWriter.Pcap(noise), "");

        Assert.Equal(200, packets.Count);
        Assert.All(packets, static packet => Assert.Equal("", packet["udpack.kind"]));
    }

    [TSharkFact]
    public async Task A_datagram_that_was_cut_says_so()
    {
        using var session = new SealedSession(new Random(3));
        var datagram = session.Seal(true, SealedSession.Frame(Opcode.Datagram, FrameFlags.None, new byte[100]));

        var text = await _tshark.DescribeAsync(CaptureWriter.Pcap(101, [CaptureWriter.Ip(datagram)], snap: 80), session.KeyLog);

        Assert.Contains("The capture has not all of this datagram", text, StringComparison.Ordinal);
    }

    [TSharkFact]
    public async Task Tshark_finds_it_where_it_is_installed()
    {
        var home = _folder.PathOf("home");
        Directory.CreateDirectory(home);
        var file = Path.Combine(DissectorFolder.Of(OperatingSystem.IsWindows(), home, Path.Combine(home, "AppData")), DissectorScript.FileName);
        var output = new StringWriter();
        Assert.Equal(ExitCodes.Success, DissectorCommand.Run(file, install: true, printPath: true, isJson: false, output, output));
        Assert.Equal(file, output.ToString().Trim());
        using var session = new SealedSession(new Random(3));
        var capture = _folder.Write("capture.pcap", CaptureWriter.Pcap([session.Seal(true, SealedSession.Frame(Opcode.Ping, FrameFlags.None, "ping"u8))]));

        var (_, text, _) = await Programs.RunAsync(
            Programs.TShark!, ["-r", capture, "-o", $"udpack.keylog_file:{_folder.Write("keys.log", session.KeyLog)}", "-T", "fields", "-e", "udpack.payload"], home);

        Assert.Equal(Hex("ping"), text.Trim());
    }

    [TSharkFact]
    public async Task It_can_be_chosen_with_decode_as()
    {
        // Nothing that anybody would recognise.
        var junk = new RecordedDatagram(IPEndPoint.Parse("192.0.2.2:50000"), IPEndPoint.Parse("192.0.2.1:9000"), new byte[40]);
        var capture = CaptureWriter.Pcap([junk]);

        Assert.Equal("", Assert.Single(await _tshark.ReadAsync(capture, ""))["udpack.malformed"]);
        Assert.NotEqual("", Assert.Single(await _tshark.ReadAsync(capture, "", "-d", "udp.port==9000,udpack"))["udpack.malformed"]);
    }

    /// <summary>Reads a capture with both and compares what they found.</summary>
    private async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> CompareAsync(byte[] capture, string keyLog, int seed = 0, int? port = null)
    {
        var file = _folder.Write("capture.pcap", capture);
        var log = _folder.Write("keys.log", keyLog);
        var datagrams = await _folder.InspectAsync(port is null ? [file, "--key-log", log] : [file, "--key-log", log, "--port", $"{port}"]);
        var packets = await _tshark.ReadAsync(capture, keyLog, port is null ? [] : ["-o", $"udpack.port:{port}"]);
        Assert.Equal(datagrams.Length, packets.Count);
        foreach (var (datagram, packet) in datagrams.Zip(packets))
        {
            var expected = new Expected(datagram);
            foreach (var (field, value) in expected.Fields)
            {
                var actual = field == "udpack.malformed" && packet[field].Length > 0 ? "present" : packet[field];
                Assert.True(value == actual, $"seed {seed}, {field}: tshark has '{actual}', not '{value}' of {datagram}");
            }
        }

        return packets;
    }

    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text));
}
