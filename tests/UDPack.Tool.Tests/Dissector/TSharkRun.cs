using UDPack.Tool.Dissector;
using UDPack.Tool.Tests.Inspect;

namespace UDPack.Tool.Tests.Dissector;

/// <summary>Captures read by tshark with the script.</summary>
internal sealed class TSharkRun(InspectFolder folder)
{
    private static readonly string[] Fields =
    [
        "udpack.kind", "udpack.opcode", "udpack.handshake.code", "udpack.decrypted", "udpack.payload", "udpack.direction", "udpack.sequence",
        "udpack.generation", "udpack.stream_id", "udpack.packet_id", "udpack.fragment_id", "udpack.shakehand.token", "udpack.goaway.application_code",
        "udpack.datagram.lane", "udpack.latest.key", "udpack.number", "udpack.goaway.code", "udpack.goaway.reason", "udpack.goaway.text",
        "udpack.ack.range", "udpack.credit", "udpack.malformed", "udpack.handshake.mac_state", "udpack.closestream.code", "udpack.cookie",
    ];

    /// <summary>Each packet's fields by name; those it does not have are empty.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> ReadAsync(byte[] capture, string keyLog, params string[] options)
    {
        var lines = await RunAsync(capture, keyLog, [.. options, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,", .. Fields.SelectMany(static field => (string[])["-e", field])]);
        return [.. lines.Select(static line =>
        {
            var values = line.Split('\t');
            return Fields.Zip(values.Concat(Enumerable.Repeat("", Fields.Length))).ToDictionary(static pair => pair.First, static pair => pair.Second);
        })];
    }

    /// <summary>All that tshark has to say.</summary>
    public async Task<string> DescribeAsync(byte[] capture, string keyLog) => string.Join('\n', await RunAsync(capture, keyLog, ["-V"]));

    private async Task<string[]> RunAsync(byte[] capture, string keyLog, string[] options)
    {
        var home = folder.PathOf("home");
        Directory.CreateDirectory(home);
        var (code, output, error) = await Programs.RunAsync(
            Programs.TShark!,
            [
                "-r", folder.Write("tshark.pcap", capture),
                "-X", $"lua_script:{folder.Write("udpack.lua", DissectorScript.Read())}",
                "-o", $"udpack.keylog_file:{folder.Write("tshark.log", keyLog)}",
                .. options,
            ],
            home);
        Assert.True(code == 0, error);
        Assert.DoesNotContain("Lua", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Lua Error", output, StringComparison.Ordinal);
        return output.Split('\n')[..^1];
    }
}
