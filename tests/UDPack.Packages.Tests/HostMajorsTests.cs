using System.Text.RegularExpressions;
using UDPack.Packages.Tests.Running;

namespace UDPack.Packages.Tests;

/// <summary>The client of the README in a program with the Microsoft.Extensions packages of this major and of the next, where an unhandled exception of a hosted service ends the process.</summary>
public sealed partial class HostMajorsTests
{
    private const string NextMajor = "11.0.0";

    public static TheoryData<string, bool> Versions() => new()
    {
        { Repository.ExtensionsVersion, false },
        { Repository.ExtensionsVersion, true },
        { NextMajor, false },
        { NextMajor, true },
    };

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_host_whose_client_never_connected_stops_without_an_error(string version, bool isServiceFirst)
    {
        using var folder = new TemporaryFolder();
        var program = ReadmeClient();
        if (isServiceFirst)
        {
            // Services stop in the other order: the client stops before the service that waits for it.
            var service = ServiceLine().Match(program).Value;
            program = program.Replace(service, "", StringComparison.Ordinal).Replace("builder.Services.AddUdpackClient(", $"{service}\nbuilder.Services.AddUdpackClient(", StringComparison.Ordinal);
        }

        folder.Write("Program.cs", program);
        folder.Write("client.csproj", Project(version));
        await Command.DotnetAsync(folder.Path, "build", "--output", "out", "--verbosity", "quiet");
        await using var client = Command.StartDotnet(
            folder.Path,
            [Path.Combine("out", "client.dll")],
            new("Udpack__Clients__telemetry__RemoteEndPoint", "127.0.0.1:1"),
            new("Udpack__Clients__telemetry__ServerPublicKey", ServerPublicKeyPem),
            new("Udpack__Clients__telemetry__Token", "token"));
        await client.AfterAsync("has no session with udp://127.0.0.1:1 yet");
        client.Terminate();

        var output = await client.SuccessAsync();
        Assert.Contains("Client 'telemetry' is closed", output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("crit:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("exception", output, StringComparison.OrdinalIgnoreCase);
    }

    // Any key will do: nobody answers.
    private static string ServerPublicKeyPem
    {
        get
        {
            using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
            return key.ExportSubjectPublicKeyInfoPem();
        }
    }

    private static string ReadmeClient() =>
        CodeBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md"))).Select(match => match.Groups[1].Value)
            .Single(code => code.Contains("AddHostedService<Thermometer>", StringComparison.Ordinal));

    private static string Project(string version)
    {
        var libraries = string.Join('\n', new[] { "UDPack.Protocol", "UDPack", "UDPack.Hosting" }.Select(name =>
            $"""    <Reference Include="{name}"><HintPath>{Path.Combine(Repository.Root, "src", name, "bin", Repository.Configuration, "net10.0", $"{name}.dll")}</HintPath></Reference>"""));
        return $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
            {libraries}
                <PackageReference Include="Microsoft.Extensions.Hosting" Version="{version}" />
                <PackageReference Include="Microsoft.Extensions.Diagnostics.HealthChecks" Version="{version}" />
                <PackageReference Include="Microsoft.Extensions.Options.ConfigurationExtensions" Version="{version}" />
              </ItemGroup>
            </Project>
            """;
    }

    [GeneratedRegex("```csharp complete\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^builder\.Services\.AddHostedService<Thermometer>\(\);$", RegexOptions.Multiline)]
    private static partial Regex ServiceLine();
}
