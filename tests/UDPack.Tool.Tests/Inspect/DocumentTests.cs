using System.Text.RegularExpressions;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>docs/inspect.md shows what the command prints of the worked handshake in docs/protocol.md.</summary>
public sealed partial class DocumentTests : IDisposable
{
    private static readonly string[] Datagrams = ["shakehand", "reply", "confirmation", "confirmation-ack", "data", "data-ack", "goaway"];

    private readonly InspectFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_example_is_what_the_command_prints()
    {
        var hash = Value("shakehand-sha256");
        var session = $"{hash} {Value("reply")[..8]} 02";
        var log = _folder.Write(
            "keys.log",
            $"""
            UDPACK_SHAKEHAND_KEY {hash} {Value("hpke-key")}{Value("hpke-nonce")}
            UDPACK_CLIENT_SECRET {session} {Value("c2s-secret")}
            UDPACK_SERVER_SECRET {session} {Value("s2c-secret")}
            """);

        Assert.Equal(ExitCodes.Success, await _folder.RunAsync(_folder.Write("worked.hex", string.Join('\n', Datagrams.Select(Value))), "--key-log", log));

        Assert.Equal("", _folder.Error);
        Assert.Equal(Example().Match(Repository.Read("docs/inspect.md")).Groups["text"].Value, _folder.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_refusal_and_a_retry_of_the_document_are_read()
    {
        var hash = Value("shakehand-sha256");
        var log = _folder.Write("keys.log", $"UDPACK_SHAKEHAND_KEY {hash} {Value("hpke-key")}{Value("hpke-nonce")}");
        var hex = string.Join('\n', ((string[])["shakehand", "refusal", "retry", "clear-goaway"]).Select(Value));

        var datagrams = await _folder.InspectAsync(_folder.Write("worked.hex", hex), "--key-log", log);

        Assert.Equal(["shakehand", "refusal", "retry", "clear goaway"], datagrams.Select(static datagram => datagram.GetProperty("kind").GetString()));
        Assert.Equal("verified", datagrams[1].GetProperty("handshake").GetProperty("mac").GetString());
        Assert.Equal(hash[..16], datagrams[2].GetProperty("retry").GetProperty("shakehandHashStart").GetString());
        Assert.Equal(1, datagrams[3].GetProperty("frames")[0].GetProperty("code").GetInt32());
    }

    /// <summary>A value of the worked handshake, in hex.</summary>
    private static string Value(string name)
    {
        var block = Regex.Match(Repository.Read("docs/protocol.md"), $@"^{Regex.Escape(name)} =\r?\n(?<lines>(?:  .*\r?\n)+)", RegexOptions.Multiline);
        Assert.True(block.Success, name);
        return string.Concat(block.Groups["lines"].Value.Split('\n').Select(static line => line.Split('#')[0].Trim()));
    }

    [GeneratedRegex(@"^```text example\r?\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
