using System.CommandLine;
using UDPack.Tool.Dissector;

namespace UDPack.Tool.Tests.Dissector;

public sealed class DissectorCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-dissector-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Prints_the_script()
    {
        var code = await UdpackCommand.RunAsync(["dissector"], new InvocationConfiguration { Output = _output, Error = _error });

        Assert.Equal(ExitCodes.Success, code);
        Assert.Equal(Repository.Read("src/UDPack.Tool/Dissector/udpack.lua"), _output.ToString());
    }

    [Fact]
    public void Installs_and_replaces()
    {
        var file = Path.Combine(_folder.FullName, "a", "b", DissectorScript.FileName);
        Assert.Equal(ExitCodes.Success, DissectorCommand.Run(file, install: true, printPath: false, isJson: false, _output, _error));
        File.WriteAllText(file, "an older one");
        Assert.Equal(ExitCodes.Success, DissectorCommand.Run(file, install: true, printPath: false, isJson: false, _output, _error));

        Assert.Equal(DissectorScript.Read(), File.ReadAllText(file));
        Assert.Contains($"Dissector: {file}", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_why_it_cannot_be_installed()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "plugins"), "in the way");

        var code = DissectorCommand.Run(Path.Combine(_folder.FullName, "plugins", DissectorScript.FileName), install: true, printPath: false, isJson: false, _output, _error);

        Assert.Equal(ExitCodes.Failed, code);
        Assert.Contains("The dissector could not be written: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_folder_is_wiresharks()
    {
        Assert.Equal(Path.Combine("home", ".local", "lib", "wireshark", "plugins"), DissectorFolder.Of(false, "home", "data"));
        Assert.Equal(Path.Combine("data", "Wireshark", "plugins"), DissectorFolder.Of(true, "home", "data"));
    }

    [Fact]
    public void The_script_stands_beside_the_tool_too() =>
        Assert.Equal(DissectorScript.Read(), File.ReadAllText(Path.Combine(Path.GetDirectoryName(Repository.Tool)!, "Dissector", DissectorScript.FileName)));
}
