using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using UDPack.Packages.Tests.Running;

namespace UDPack.Packages.Tests;

/// <summary>What `dotnet new udpack-server` makes.</summary>
[Collection(SharedPackages.Name)]
public sealed class TemplateTests(PackedPackages packages)
{
    [Fact]
    public async Task A_server_with_tests_builds_passes_them_serves_and_stops()
    {
        using var folder = packages.CreateFolder();
        // A name that is no identifier.
        await CreateAsync(folder, "--name", "my-server", "--port", "9321", "--test");
        var solution = folder.Combine("my-server");
        Assert.Equal(9321, Port(folder));

        // A package source may carry only a later patch of a transitive dependency.
        await Command.DotnetAsync(solution, "build", "--no-restore", "-warnaserror", "-warnnotaserror:NU1603");
        Assert.Contains("Passed:     2", await Command.DotnetAsync(solution, "test", "--no-build"), StringComparison.Ordinal);
        await ServesAsync(Path.Combine(solution, "my-server"));
    }

    [Fact]
    public async Task Without_options_it_is_one_project()
    {
        using var folder = packages.CreateFolder();
        await CreateAsync(folder, "--name", "my-server", "--no-restore");

        Assert.Equal(9000, Port(folder));
        Assert.False(Directory.Exists(folder.Combine("my-server", "my-server.Tests")));
        Assert.False(File.Exists(folder.Combine("my-server", "my-server", "obj", "project.assets.json")));
        var project = Assert.Single(XDocument.Load(folder.Combine("my-server", "my-server.slnx")).Descendants("Project"));
        Assert.Equal("my-server/my-server.csproj", project.Attribute("Path")!.Value);
        Assert.DoesNotContain("dotnet test", await File.ReadAllTextAsync(folder.Combine("my-server", "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void No_placeholder_of_a_version_is_left()
    {
        using var package = packages.Open("UDPack.Templates");
        using var template = JsonDocument.Parse(package.Read("content/udpack-server/.template.config/template.json"));
        var versions = template.RootElement.GetProperty("symbols").EnumerateObject()
            .Where(symbol => symbol.Name.EndsWith("Version", StringComparison.Ordinal))
            .ToDictionary(symbol => symbol.Name, symbol => symbol.Value.GetProperty("parameters").GetProperty("value").GetString()!);

        Assert.Equal(packages.Version, versions["udpackVersion"]);
        Assert.Equal(Repository.ExtensionsVersion, versions["extensionsVersion"]);
        Assert.All(versions.Values, version => Assert.Matches(@"^\d+\.\d+\.\d+", version));
    }

    private static int Port(TemporaryFolder folder)
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(folder.Combine("my-server", "my-server", "appsettings.json")));
        return settings.RootElement.GetProperty("Udpack").GetProperty("Server").GetProperty("Endpoints").GetProperty("default").GetProperty("Port").GetInt32();
    }

    private static async Task ServesAsync(string project)
    {
        await using var server = Command.StartDotnet(
            project,
            [Path.Combine("bin", "Debug", "net10.0", "my-server.dll"), "--Udpack:Server:Endpoints:default:Address=127.0.0.1", "--Udpack:Server:Endpoints:default:Port=0"],
            new KeyValuePair<string, string>("DOTNET_ENVIRONMENT", "Development"));
        var address = await server.AfterAsync("listening on udp://");

        await using (var session = await UdpackClient.ConnectAsync(new UdpackClientOptions
        {
            RemoteEndPoint = IPEndPoint.Parse(address),
            ServerPublicKey = ServerPublicKey.FromPem(await File.ReadAllTextAsync(Path.Combine(project, ".udpack", "dev.pub.pem"))),
            Token = "development"u8.ToArray(),
        }))
        {
            await session.SendAsync("hello"u8.ToArray());
            using var echo = await session.ReceiveAsync();
            Assert.Equal("hello"u8.ToArray(), echo.Memory.ToArray());
        }

        if (!OperatingSystem.IsWindows())
        {
            server.Terminate();
            Assert.Equal(0, await server.ExitAsync());
        }
    }

    /// <summary>Installs the template into the folder, where the user's own templates are out of reach, and uses it.</summary>
    private async Task CreateAsync(TemporaryFolder folder, params string[] args)
    {
        var hive = folder.Combine("hive");
        await Command.DotnetAsync(
            folder.Path, "new", "install", Path.Combine(packages.Feed, $"UDPack.Templates.{packages.Version}.nupkg"), "--debug:custom-hive", hive);
        await Command.DotnetAsync(folder.Path, ["new", "udpack-server", .. args, "--debug:custom-hive", hive]);
    }
}
