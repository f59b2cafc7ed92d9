using System.CommandLine;
using System.Text.Json;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>A folder with captures and key logs, and the command that reads them.</summary>
internal sealed class InspectFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-inspect-");

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(PathOf(name), content);
        return PathOf(name);
    }

    public string Write(string name, string content)
    {
        File.WriteAllText(PathOf(name), content);
        return PathOf(name);
    }

    public async Task<int> RunAsync(params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = await UdpackCommand.RunAsync(["inspect", .. args], new InvocationConfiguration { Output = output, Error = error });
        Output = output.ToString();
        Error = error.ToString();
        return code;
    }

    /// <summary>The objects that --json writes.</summary>
    public async Task<JsonElement[]> InspectAsync(params string[] args)
    {
        Assert.Equal(ExitCodes.Success, await RunAsync([.. args, "--json"]));
        return [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
