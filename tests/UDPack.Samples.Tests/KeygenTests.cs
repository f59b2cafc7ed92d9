using System.Runtime.Versioning;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>The udpack command as users run it.</summary>
public sealed class KeygenTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-keygen-");

    public void Dispose() => _folder.Delete(recursive: true);

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_can_read_the_private_key()
    {
        await using var keygen = Keygen("--name", "k1", "--out", "keys");

        Assert.Equal(0, await keygen.ExitAsync());
        Assert.Empty(keygen.Error);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf("keys/k1.key.pem")));
        Assert.True(File.GetUnixFileMode(PathOf("keys/k1.pub.pem")).HasFlag(UnixFileMode.OtherRead));
        using var key = ServerKey.FromPem(await File.ReadAllTextAsync(PathOf("keys/k1.key.pem")));
        Assert.Contains(keygen.Output, line => line.EndsWith($" {key.PublicKey.KeyIdText}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Makes_rsa_keys_too()
    {
        await using var keygen = Keygen("--rsa", "3072", "--out", ".");

        Assert.Equal(0, await keygen.ExitAsync());
        using var key = ServerKey.FromPem(await File.ReadAllTextAsync(PathOf("udpack.key.pem")));
        Assert.Equal(ServerKeyKind.Rsa, key.Kind);
    }

    [Fact]
    public async Task Refuses_to_overwrite()
    {
        await using var first = Keygen("--name", "k1", "--out", ".");
        Assert.Equal(0, await first.ExitAsync());
        var before = await File.ReadAllTextAsync(PathOf("k1.key.pem"));

        await using var second = Keygen("--name", "k1", "--out", ".");
        await second.FailsWithAsync("*k1.key.pem exists already. *--force.");
        Assert.Equal(before, await File.ReadAllTextAsync(PathOf("k1.key.pem")));
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private Program Keygen(params string[] args) => Program.Start("src/UDPack.Tool", _folder.FullName, ["keygen", .. args]);
}
