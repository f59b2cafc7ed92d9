using UDPack.Packages.Tests.Running;
using Xunit.Abstractions;

namespace UDPack.Packages.Tests;

/// <summary>A program with the packages, compiled ahead of time to native code, without a warning.</summary>
[Collection(SharedPackages.Name)]
public sealed class NativeAotTests(PackedPackages packages, ITestOutputHelper output)
{
    private const double MaxMebibytes = 12;

    [NativeFact]
    public async Task A_host_with_a_server_and_a_client_runs_as_native_code()
    {
        using var folder = packages.CreateFolder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests/UDPack.Packages.Tests/AotEcho")))
        {
            File.Copy(file, folder.Combine(Path.GetFileName(file)));
        }

        var published = await Command.DotnetAsync(
            folder.Path,
            "publish", "--runtime", Repository.RuntimeIdentifier, "--output", folder.Combine("published"),
            $"-p:UdpackVersion={packages.Version}", $"-p:ExtensionsVersion={Repository.ExtensionsVersion}", $"-p:CppCompilerAndLinker={NativeFactAttribute.Linker}");
        Assert.DoesNotContain("warning IL", published, StringComparison.OrdinalIgnoreCase);

        await using var program = Command.Start(folder.Combine("published", "AotEcho"), folder.Combine("published"), []);
        var started = await program.AfterAsync("ready after ");
        Assert.Equal("over native code", await program.AfterAsync("echo: "));
        Assert.Equal(0, await program.ExitAsync());

        var size = new FileInfo(folder.Combine("published", "AotEcho")).Length / (1024.0 * 1024);
        output.WriteLine($"{size:0.0} MiB, ready after {started}");
        Assert.True(size < MaxMebibytes, $"The program has {size:0.0} MiB.");
    }
}
