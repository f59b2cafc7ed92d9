using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>What can be wrong when the echo server starts: each is one line that names the place and the fix.</summary>
public sealed class EchoServerStartTests : IDisposable
{
    private const string KeyFile = "error: Udpack:Keys:Ring:k1:File: the file *";

    private readonly EchoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_port_in_use()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var server = _folder.StartServer(((IPEndPoint)other.LocalEndPoint!).Port);
        await server.FailsWithAsync($"error: The endpoint 'default' cannot bind udp://{other.LocalEndPoint}: * Choose another address or port, *");
    }

    [Theory]
    [InlineData("missing.key.pem", $"{KeyFile}missing.key.pem does not exist. Correct the path, or make a key with: udpack keygen *")]
    [InlineData("k1.pub.pem", $"{KeyFile}k1.pub.pem holds a public key ('PUBLIC KEY'), but the server needs the private key, *")]
    [InlineData("p384.key.pem", $"{KeyFile}p384.key.pem is not a key of a supported kind: it is an elliptic curve key on *384*. UDPack takes P-256 keys, *")]
    [InlineData("rsa1024.key.pem", $"{KeyFile}rsa1024.key.pem is not a key of a supported kind: it is an RSA key with 1024 bits. *")]
    [InlineData("text.key.pem", $"{KeyFile}text.key.pem is not PEM: *")]
    [InlineData("locked.key.pem", $"{KeyFile}locked.key.pem is encrypted. Set its password in Udpack:Keys:Ring:k1:Password, *")]
    [InlineData("folder.key.pem", "error: Udpack:Keys:Ring:k1:File: *folder.key.pem is a directory. Give the path of the key file in it.")]
    public async Task A_key_that_cannot_be_used(string file, string message)
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa1024 = RSA.Create(1024);
        _folder.Write("p384.key.pem", p384.ExportPkcs8PrivateKeyPem());
        _folder.Write("rsa1024.key.pem", rsa1024.ExportPkcs8PrivateKeyPem());
        _folder.Write("text.key.pem", "not a key");
        _folder.Write("locked.key.pem", p384.ExportEncryptedPkcs8PrivateKeyPem(
            "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "folder.key.pem"));

        await FailsAsync(message, $"--Udpack:Keys:Ring:k1:File={file}");
    }

    [UnprivilegedFact]
    public async Task A_key_that_may_not_be_read()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.Write("hidden.key.pem", "secret"), UnixFileMode.None);
        }

        await FailsAsync($"{KeyFile}hidden.key.pem may not be read by the user '*'. Give that user read permission.", "--Udpack:Keys:Ring:k1:File=hidden.key.pem");
    }

    [Theory]
    [InlineData("Udpack:Server:Endpoint:default:Port=9000", "error: Udpack:Server:Endpoint is not a known setting. Did you mean Udpack:Server:Endpoints?")]
    [InlineData("Udpack:Server:Limits:MaxSesions=5", "error: Udpack:Server:Limits:MaxSesions is not a known setting. Did you mean Udpack:Server:Limits:MaxSessions?")]
    [InlineData("Udpack:Server:Endpoints:default:Port=70000", "error: Udpack:Server:Endpoints:default:Port has the invalid value '70000'. *65535*")]
    [InlineData("Udpack:Server:Session:IdleTimeout=soon", "error: Udpack:Server:Session:IdleTimeout has the invalid value 'soon'. Set it to a time *")]
    [InlineData("Udpack:Server:Endpoints:default:Address=everywhere", "error: Udpack:Server:Endpoints:default:Address has the invalid value 'everywhere'. *")]
    [InlineData("Udpack:Keys:Active=k9", "error: Udpack:Keys:Active is 'k9', which is not in Udpack:Keys:Ring. Set it to one of: k1.")]
    [InlineData("Udpack:Keys:Ring:k1:Fil=k1.key.pem", "error: Udpack:Keys:Ring:k1:Fil is not a known setting. Did you mean Udpack:Keys:Ring:k1:File?")]
    public Task A_setting_that_is_wrong(string setting, string message) => FailsAsync(message, $"--{setting}");

    [Fact]
    public async Task No_key_at_all()
    {
        await using var server = Program.Start("samples/EchoServer", _folder.Path, [$"--{EchoFolder.Server}:Port=0"]);
        await server.FailsWithAsync("error: Udpack:Keys:Ring has no key. Make one with 'udpack keygen *");
    }

    private async Task FailsAsync(string message, params string[] args)
    {
        await using var server = _folder.StartServer(port: 0, args);
        await server.FailsWithAsync(message);
    }
}
