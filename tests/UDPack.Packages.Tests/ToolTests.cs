using UDPack.Packages.Tests.Running;

namespace UDPack.Packages.Tests;

/// <summary>The udpack command, as users install it.</summary>
[Collection(SharedPackages.Name)]
public sealed class ToolTests(PackedPackages packages)
{
    [Fact]
    public async Task The_installed_command_makes_keys()
    {
        using var folder = packages.CreateFolder();
        await Command.DotnetAsync(folder.Path, "tool", "install", "UDPack.Tool", "--version", packages.Version, "--tool-path", folder.Combine("tools"));

        await using var command = Command.Start(
            folder.Combine("tools", OperatingSystem.IsWindows() ? "udpack.exe" : "udpack"), folder.Path, ["keygen", "--name", "k1", "--out", "keys"]);
        await command.SuccessAsync();

        using var key = ServerKey.FromPem(await File.ReadAllTextAsync(folder.Combine("keys", "k1.key.pem")));
        Assert.Equal(key.PublicKey.ToPem(), await File.ReadAllTextAsync(folder.Combine("keys", "k1.pub.pem")));
    }
}
