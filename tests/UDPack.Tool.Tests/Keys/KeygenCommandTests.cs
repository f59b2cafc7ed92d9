using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace UDPack.Tool.Tests.Keys;

public sealed class KeygenCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-tool-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private string KeyFile => Path.Combine(_folder.FullName, "keys", "k1.key.pem");

    private string PublicFile => Path.Combine(_folder.FullName, "keys", "k1.pub.pem");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Writes_a_matching_pair_and_prints_its_id()
    {
        Assert.Equal(0, Run("keygen", "--name", "k1", "--out", Path.Combine(_folder.FullName, "keys")));

        using var key = ServerKey.FromPem(File.ReadAllText(KeyFile));
        Assert.Equal(ServerKeyKind.P256, key.Kind);
        Assert.Equal(ServerPublicKey.FromPem(File.ReadAllText(PublicFile)).KeyId, key.PublicKey.KeyId);
        Assert.Contains($"Key id:      {key.PublicKey.KeyIdText}", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains(KeyFile, _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _error.ToString());
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(KeyFile)!).Length);
    }

    [Fact]
    public void Writes_json()
    {
        Assert.Equal(0, Run("keygen", "--name", "k1", "--out", Path.Combine(_folder.FullName, "keys"), "--json"));

        using var json = JsonDocument.Parse(_output.ToString());
        using var key = ServerKey.FromPem(File.ReadAllText(json.RootElement.GetProperty("privateKeyFile").GetString()!));
        Assert.Equal(key.PublicKey.KeyIdText, json.RootElement.GetProperty("keyId").GetString());
        Assert.Equal((PublicFile, "P256"), (json.RootElement.GetProperty("publicKeyFile").GetString(), json.RootElement.GetProperty("kind").GetString()));
    }

    [Fact]
    public void The_private_key_is_for_its_owner_only()
    {
        Run("keygen", "--name", "k1", "--out", Path.Combine(_folder.FullName, "keys"));

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        }
    }

    [Fact]
    public void Makes_rsa_keys()
    {
        Assert.Equal(0, Run("keygen", "--rsa", "2048", "--name", "k1", "--out", Path.Combine(_folder.FullName, "keys")));

        using var key = ServerKey.FromPem(File.ReadAllText(KeyFile));
        Assert.Equal(ServerKeyKind.Rsa, key.Kind);
    }

    [Fact]
    public void Never_overwrites_without_force()
    {
        var folder = Path.Combine(_folder.FullName, "keys");
        Run("keygen", "--name", "k1", "--out", folder);
        var before = File.ReadAllText(KeyFile);

        Assert.Equal(1, Run("keygen", "--name", "k1", "--out", folder));
        Assert.Equal(before, File.ReadAllText(KeyFile));
        Assert.Contains($"{KeyFile} exists already.", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--force", _error.ToString(), StringComparison.Ordinal);

        Assert.Equal(0, Run("keygen", "--name", "k1", "--out", folder, "--force"));
        Assert.NotEqual(before, File.ReadAllText(KeyFile));
    }

    [Fact]
    public void A_left_over_public_key_is_not_overwritten_either()
    {
        var folder = Path.Combine(_folder.FullName, "keys");
        Run("keygen", "--name", "k1", "--out", folder);
        File.Delete(KeyFile);

        Assert.Equal(1, Run("keygen", "--name", "k1", "--out", folder));
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public void The_default_name_is_udpack()
    {
        Assert.Equal(0, Run("keygen", "--out", _folder.FullName));

        Assert.True(File.Exists(Path.Combine(_folder.FullName, "udpack.key.pem")));
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "udpack.pub.pem")));
    }

    [Fact]
    public void Says_why_it_cannot_write()
    {
        var file = Path.Combine(_folder.FullName, "keys");
        File.WriteAllText(file, "not a directory");

        Assert.Equal(1, Run("keygen", "--out", file));
        Assert.StartsWith("The key could not be written: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Required", "keygen")]
    [InlineData("--rsa takes 2048, 3072 or 4096", "keygen", "--rsa", "1024", "--out", "x")]
    [InlineData("is not a name for a key", "keygen", "--name", "../k1", "--out", "x")]
    [InlineData("Unrecognized", "keygen", "--outt", "x")]
    public void Wrong_arguments_are_explained(string message, params string[] args)
    {
        Assert.Equal(ExitCodes.Usage, Run(args));
        Assert.Matches(new Regex(Regex.Escape(message), RegexOptions.IgnoreCase), _error.ToString());
        Assert.False(Directory.Exists("x"));
    }

    [Fact]
    public void Help_shows_an_example()
    {
        Assert.Equal(0, Run("keygen", "--help"));
        Assert.Contains("udpack keygen --name k1 --out keys", _output.ToString(), StringComparison.Ordinal);
    }

    private int Run(params string[] args) =>
        UdpackCommand.RunAsync(args, new InvocationConfiguration { Output = _output, Error = _error }).GetAwaiter().GetResult();
}
