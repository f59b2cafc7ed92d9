using System.CommandLine;
using System.Text.Json;
using UDPack.Tool.Tests.Running;

namespace UDPack.Tool.Tests.Perf;

public sealed class ClientCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-perf-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_fields_of_json_are_those_of_the_document_and_of_the_help()
    {
        await using var pair = new PerfPair();
        Assert.Equal(ExitCodes.Success, await RunAsync(pair, PerfPair.Token, "--json", "--bytes", "100k", "--direction", "both", "--messages", "5", "--rate", "1000"));

        using var json = JsonDocument.Parse(_output.ToString());
        var fields = new List<string>();
        Visit(json.RootElement, "");
        var documented = Repository.Read("docs/perf.md").Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && !line.StartsWith("| `--", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split(',').Select(name => name.Trim().Trim('`')));
        Assert.Equal(documented.Order(StringComparer.Ordinal), fields.Order(StringComparer.Ordinal));
        var help = UDPack.Tool.Perf.Reports.ReportFields.Help.Split([' ', ',', ';', ':', '.', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        Assert.All(fields.SelectMany(field => field.Split('.')), name => Assert.Contains(name, help));

        void Visit(JsonElement element, string path)
        {
            foreach (var property in element.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Object)
                {
                    Visit(property.Value, $"{path}{property.Name}.");
                }
                else
                {
                    fields.Add(path + property.Name);
                }
            }
        }
    }

    [Fact]
    public async Task The_text_has_the_figures_and_no_progress_when_it_is_no_terminal()
    {
        await using var pair = new PerfPair();
        Assert.Equal(ExitCodes.Success, await RunAsync(pair, PerfPair.Token, "--bytes", "100k", "--messages", "5", "--rate", "1000"));

        var text = _output.ToString();
        Assert.Contains("97.7 KiB in ", text, StringComparison.Ordinal);
        Assert.Contains("2 packets, content verified", text, StringComparison.Ordinal);
        Assert.Contains("5 messages of 64 bytes, content verified", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Down:", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text.ReplaceLineEndings("\n"));
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task Content_that_differs_is_a_failure()
    {
        await using var pair = new PerfPair(content => StreamsTests.Flip(content, 0));

        Assert.Equal(ExitCodes.Failed, await RunAsync(pair, PerfPair.Token, "--bytes", "1000"));
        Assert.Contains("CONTENT DIFFERS", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("What arrived is not what was sent.", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_is_explained()
    {
        await using var pair = new PerfPair();

        Assert.Equal(ExitCodes.AuthenticationFailed, await RunAsync(pair, "another", "--bytes", "1000"));
        Assert.Contains("refused the token", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Give both sides the same --token.", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public async Task A_wrong_key_is_explained()
    {
        await using var pair = new PerfPair();
        using var other = ServerKey.GenerateP256();

        Assert.Equal(ExitCodes.Timeout, await RunAsync(pair, PerfPair.Token, other.PublicKey.ToPem(), ["--bytes", "1000"]));
        Assert.Contains("--public-key belongs to the server's --key", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_none_of_perf_is_explained()
    {
        using var folder = new ToolFolder();
        await using var pair = new EchoPair(folder, streams: false);

        var result = await ToolFolder.RunAsync(["perf", .. folder.Client("client", pair.Server.LocalEndPoint, "--bytes", "1000")]);

        Assert.Equal((ExitCodes.Failed, ""), (result.Code, result.Output));
        Assert.StartsWith("There is a UDPack server, but it does not answer as `udpack perf server` does.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_key_is_explained()
    {
        await using var pair = new PerfPair();

        Assert.Equal(ExitCodes.Failed, await RunAsync(pair, PerfPair.Token, "no key", ["--bytes", "1000"]));
        Assert.Contains("The public key cannot be read: ", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(PerfPair pair, string token, params string[] options) => RunAsync(pair, token, pair.PublicKeyPem, options);

    private Task<int> RunAsync(PerfPair pair, string token, string publicKey, string[] options)
    {
        var file = Path.Combine(_folder.FullName, "k.pub.pem");
        File.WriteAllText(file, publicKey);
        return UdpackCommand.RunAsync(
            ["perf", "client", pair.Server.LocalEndPoint.ToString(), "--public-key", file, "--token", token, .. options],
            new InvocationConfiguration { Output = _output, Error = _error });
    }
}
