using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace UDPack.Hosting.Tests.Keys;

public sealed class PemFileKeyStoreTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_single_key_is_the_active_one()
    {
        var id = _folder.WriteKey("k1.key.pem");
        using var host = Build(("Udpack:Keys:Ring:k1:File", "k1.key.pem"));

        Assert.Equal(id, Store(host).Current.Active.PublicKey.KeyIdText);
        Assert.IsNotType<Hosting.Keys.DevelopmentKeyStore>(Store(host));
    }

    [Fact]
    public void The_ring_has_all_keys_and_the_named_active_one()
    {
        var one = _folder.WriteKey("k1.key.pem");
        var two = _folder.WriteKey("k2.key.pem");
        using var host = Build(("Udpack:Keys:Active", "K2"), ("Udpack:Keys:Ring:k1:File", "k1.key.pem"), ("Udpack:Keys:Ring:k2:File", _folder.Path("k2.key.pem")));

        Assert.Equal(two, Store(host).Current.Active.PublicKey.KeyIdText);
        Assert.Equal(new[] { one, two }.Order(), Store(host).Current.Keys.Select(key => key.PublicKey.KeyIdText).Order());
    }

    [Fact]
    public void Rsa_keys_are_taken()
    {
        using var rsa = RSA.Create(2048);
        _folder.Write("k1.key.pem", rsa.ExportPkcs8PrivateKeyPem());
        using var host = Build(("Udpack:Keys:Ring:k1:File", "k1.key.pem"));

        Assert.Equal(ServerKeyKind.Rsa, Store(host).Current.Active.Kind);
    }

    [Theory]
    [InlineData("Udpack:Keys:Password")]
    [InlineData("Udpack:Keys:Ring:k1:Password")]
    public void Encrypted_keys_open_with_the_password(string setting)
    {
        _folder.WriteEncryptedKey("k1.key.pem", "correct horse");
        using var host = Build(("Udpack:Keys:Ring:k1:File", "k1.key.pem"), (setting, "correct horse"));

        Assert.Equal(ServerKeyKind.P256, Store(host).Current.Active.Kind);
    }

    [Theory]
    [InlineData("Udpack:Keys:Password")]
    [InlineData("Udpack:Keys:Ring:k1:Password")]
    public void A_wrong_password_names_its_setting_and_not_its_value(string setting)
    {
        var path = _folder.WriteEncryptedKey("k1.key.pem", "correct horse");
        var message = Failure(("Udpack:Keys:Ring:k1:File", "k1.key.pem"), (setting, "battery staple"));

        Assert.Equal($"Udpack:Keys:Ring:k1:File: the file {path} does not open with the password in {setting}. Correct the password.", message);
    }

    [Fact]
    public void A_missing_password_names_its_setting()
    {
        var path = _folder.WriteEncryptedKey("k1.key.pem", "correct horse");

        Assert.Equal(
            $"Udpack:Keys:Ring:k1:File: the file {path} is encrypted. Set its password in Udpack:Keys:Ring:k1:Password, from an environment variable or a secret store.",
            Failure(("Udpack:Keys:Ring:k1:File", "k1.key.pem")));
    }

    [Fact]
    public void A_missing_file_is_named_with_its_setting() =>
        Assert.Equal(
            $"Udpack:Keys:Ring:k1:File: the file {_folder.Path("nope.key.pem")} does not exist. Correct the path, or make a key with: udpack keygen --out {_folder.FullName}.",
            Failure(("Udpack:Keys:Ring:k1:File", "nope.key.pem")));

    [Fact]
    public void A_directory_is_no_key()
    {
        Directory.CreateDirectory(_folder.Path("keys"));

        Assert.Equal(
            $"Udpack:Keys:Ring:k1:File: {_folder.Path("keys")} is a directory. Give the path of the key file in it.",
            Failure(("Udpack:Keys:Ring:k1:File", "keys")));
    }

    [Fact]
    public void Text_that_is_not_pem_is_refused()
    {
        var path = _folder.Write("k1.key.pem", "hello");

        Assert.StartsWith(
            $"Udpack:Keys:Ring:k1:File: the file {path} is not PEM: it has no '-----BEGIN PRIVATE KEY-----'. Make a key with: udpack keygen",
            Failure(("Udpack:Keys:Ring:k1:File", "k1.key.pem")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_public_key_is_refused()
    {
        using var key = ServerKey.GenerateP256();
        var path = _folder.Write("k1.key.pem", key.PublicKey.ToPem());

        Assert.StartsWith(
            $"Udpack:Keys:Ring:k1:File: the file {path} holds a public key ('PUBLIC KEY'), but the server needs the private key",
            Failure(("Udpack:Keys:Ring:k1:File", "k1.key.pem")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Another_pem_format_is_refused_with_the_conversion()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var path = _folder.Write("k1.key.pem", key.ExportECPrivateKeyPem());

        Assert.Equal(
            $"Udpack:Keys:Ring:k1:File: the file {path} holds 'EC PRIVATE KEY', but must be PKCS#8 ('PRIVATE KEY' or 'ENCRYPTED PRIVATE KEY'). Convert it with: openssl pkcs8 -topk8 -nocrypt.",
            Failure(("Udpack:Keys:Ring:k1:File", "k1.key.pem")));
    }

    [Fact]
    public void Another_curve_is_refused_and_named()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var path = _folder.Write("k1.key.pem", key.ExportPkcs8PrivateKeyPem());
        var message = Failure(("Udpack:Keys:Ring:k1:File", "k1.key.pem"));

        Assert.StartsWith($"Udpack:Keys:Ring:k1:File: the file {path} is not a key of a supported kind: it is an elliptic curve key on ", message, StringComparison.Ordinal);
        Assert.Contains("384", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_rsa_key_is_refused_with_its_size()
    {
        using var key = RSA.Create(1024);
        _folder.Write("k1.key.pem", key.ExportPkcs8PrivateKeyPem());

        Assert.Contains("it is an RSA key with 1024 bits", Failure(("Udpack:Keys:Ring:k1:File", "k1.key.pem")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_key_is_refused()
    {
        _folder.Write("k1.key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        Assert.Contains("it is damaged, or of another algorithm", Failure(("Udpack:Keys:Ring:k1:File", "k1.key.pem")), StringComparison.Ordinal);
    }

    [Fact]
    public void Active_must_be_in_the_ring()
    {
        _folder.WriteKey("k1.key.pem");

        Assert.Equal(
            "Udpack:Keys:Active is 'k9', which is not in Udpack:Keys:Ring. Set it to one of: k1.",
            Failure(("Udpack:Keys:Ring:k1:File", "k1.key.pem"), ("Udpack:Keys:Active", "k9")));
    }

    [Fact]
    public void Several_keys_need_an_active_one()
    {
        _folder.WriteKey("k1.key.pem");
        _folder.WriteKey("k2.key.pem");

        Assert.Equal(
            "Udpack:Keys:Active is not set. Set it to the key that new clients are given: k1, k2.",
            Failure(("Udpack:Keys:Ring:k1:File", "k1.key.pem"), ("Udpack:Keys:Ring:k2:File", "k2.key.pem")));
    }

    [Fact]
    public void An_entry_without_a_key_says_which() =>
        Assert.Equal(
            "Udpack:Keys:Ring:k1 has no key. Set Udpack:Keys:Ring:k1:File to a PEM file.", Failure(("Udpack:Keys:Ring:k1:Password", "x")));

    [Fact]
    public void Inline_keys_are_for_development_only()
    {
        using var key = ServerKey.GenerateP256();
        var pem = ("Udpack:Keys:Ring:k1:Pem", key.ExportPkcs8Pem());
        using (var host = Build(pem))
        {
            Assert.Equal(key.PublicKey.KeyId, Store(host).Current.Active.PublicKey.KeyId);
        }

        using var production = Build("Production", pem);
        Assert.Equal(
            "Udpack:Keys:Ring:k1:Pem is for the Development environment only. Put the key into a file that only the server can read, and set Udpack:Keys:Ring:k1:File.",
            Assert.Single(Assert.Throws<OptionsValidationException>(() => Store(production)).Failures));
    }

    [Fact]
    public void Outside_development_a_server_needs_a_configured_key()
    {
        using var host = Build("Production");

        Assert.Equal(
            "Udpack:Keys:Ring has no key. Make one with 'udpack keygen --name k1 --out keys' and set Udpack:Keys:Ring:k1:File to keys/k1.key.pem.",
            Assert.Single(Assert.Throws<OptionsValidationException>(() => Store(host)).Failures));
    }

    [Fact]
    public void A_key_file_that_others_can_read_is_warned_of()
    {
        _folder.WriteKey("k1.key.pem");
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(_folder.Path("k1.key.pem"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        using var host = Build(("Udpack:Keys:Ring:k1:File", "k1.key.pem"));
        Store(host);

        Assert.Contains(Logs(host), record => record.Id.Id == 2034 && record.Message.Contains("k1.key.pem", StringComparison.Ordinal));
    }

    [Fact]
    public void Key_material_is_never_logged()
    {
        _folder.WriteEncryptedKey("k1.key.pem", "correct horse");
        using var host = Build(("Udpack:Keys:Ring:k1:File", "k1.key.pem"), ("Udpack:Keys:Password", "correct horse"));
        Store(host);

        Assert.DoesNotContain(Logs(host), record => record.Message.Contains("horse", StringComparison.Ordinal));
    }

    [Fact]
    public void All_mistakes_of_the_section_are_told_at_once()
    {
        _folder.WriteKey("k3.key.pem");
        using var host = Build(
            ("Udpack:Keys:Activ", "k1"),
            ("Udpack:Keys:Ring:k1:Fil", "k1.key.pem"),
            ("Udpack:Keys:Ring:k2:File", "missing.key.pem"),
            ("Udpack:Keys:Ring:k3:File", "k3.key.pem"),
            ("Udpack:Keys:Ring:k4:File", "k3.key.pem"),
            ("Udpack:Keys:Ring:k4:Pem", "-----BEGIN"));

        var failures = Assert.Throws<OptionsValidationException>(() => Store(host)).Failures.ToArray();

        Assert.Collection(
            failures.Order(StringComparer.Ordinal),
            static message => Assert.StartsWith("Udpack:Keys:Activ is not a known setting. Did you mean ", message, StringComparison.Ordinal),
            static message => Assert.StartsWith("Udpack:Keys:Ring:k1:Fil is not a known setting. Did you mean ", message, StringComparison.Ordinal),
            message => Assert.Contains(_folder.Path("missing.key.pem"), message, StringComparison.Ordinal),
            static message => Assert.Equal("Udpack:Keys:Ring:k4 has both File and Pem. Keep one of them.", message));
    }

    private static IKeyStore Store(IHost host) => host.Services.GetRequiredService<IKeyStore>();

    private static IReadOnlyList<FakeLogRecord> Logs(IHost host) => host.Services.GetFakeLogCollector().GetSnapshot();

    private string Failure(params (string Key, string? Value)[] settings)
    {
        using var host = Build(settings);
        return Assert.Single(Assert.Throws<OptionsValidationException>(() => Store(host)).Failures);
    }

    private IHost Build(params (string Key, string? Value)[] settings) => Build("Development", settings);

    private IHost Build(string environment, params (string Key, string? Value)[] settings)
    {
        var builder = TestHost.CreateBuilder(settings, environment, _folder.FullName);
        builder.Services.AddUdpackServer();
        return builder.Build();
    }
}
