using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace UDPack.Hosting.Tests.Keys;

public sealed class DevelopmentKeyStoreTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    private string KeyFile => _folder.Path(".udpack/dev.key.pem");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_key_is_made_once_and_kept()
    {
        uint first;
        using (var host = Build("Development"))
        {
            first = host.Services.GetRequiredService<IKeyStore>().Current.Active.PublicKey.KeyId;
            var log = Assert.Single(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Id.Id == 2035);
            Assert.Equal(LogLevel.Warning, log.Level);
            Assert.Contains(KeyFile, log.Message, StringComparison.Ordinal);
            Assert.Contains(first.ToString("x8", null), log.Message, StringComparison.Ordinal);
        }

        using (var host = Build("Development"))
        {
            Assert.Equal(first, host.Services.GetRequiredService<IKeyStore>().Current.Active.PublicKey.KeyId);
        }

        Assert.Equal(first, ServerPublicKey.FromPem(File.ReadAllText(_folder.Path(".udpack/dev.pub.pem"))).KeyId);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        }

        Assert.Equal(
            [".gitignore", "dev.key.pem", "dev.pub.pem"],
            Directory.GetFiles(_folder.Path(".udpack")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("*\n", File.ReadAllText(_folder.Path(".udpack/.gitignore")));
    }

    [Fact]
    public void It_is_refused_outside_development()
    {
        using var host = Build("Staging", builder => builder.AddDevelopmentKey());

        var message = Assert.Single(Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IKeyStore>()).Failures);
        Assert.Equal(
            "The development key is refused in the Staging environment. Make a key with 'udpack keygen --name k1 --out keys', set Udpack:Keys:Ring:k1:File to keys/k1.key.pem, and call AddPemKeys() instead of AddDevelopmentKey().",
            message);
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public void A_damaged_development_key_is_explained_and_not_overwritten()
    {
        Directory.CreateDirectory(_folder.Path(".udpack"));
        _folder.Write(".udpack/dev.key.pem", "damaged");
        using var host = Build("Development");

        var message = Assert.Single(Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IKeyStore>()).Failures);
        Assert.Contains($"The development key {KeyFile} cannot be used", message, StringComparison.Ordinal);
        Assert.Contains("Delete it to get a new one", message, StringComparison.Ordinal);
        Assert.Equal("damaged", File.ReadAllText(KeyFile));
    }

    private IHost Build(string environment, Action<IUdpackServerBuilder>? configure = null)
    {
        var builder = TestHost.CreateBuilder(environment: environment, contentRoot: _folder.FullName);
        var server = builder.Services.AddUdpackServer();
        configure?.Invoke(server);
        return builder.Build();
    }
}
