using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using UDPack.Hosting;

namespace UDPack.Samples.Tests.Docs.Running;

/// <summary>The server of docs/getting-started.md that checks tokens, with keys made for it, and the issuer of its tokens.</summary>
public sealed class GettingStartedServer : IAsyncLifetime
{
    private const string Document = "docs/getting-started.md";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-docs-");
    private readonly ServerKey _key = ServerKey.GenerateP256();
    private readonly ECDsa _issuer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Assembly _issuing = DocumentProgram.Load(Document, "issuer");
    private DocumentProgram? _server;

    private string PublicKeyFile => Path.Combine(_folder.FullName, "k1.pub.pem");

    private IPEndPoint EndPoint => _server!.Services.GetRequiredService<IUdpackServer>().Endpoints["default"];

    public UdpackClientOptions ClientOptions(string token) => new()
    {
        RemoteEndPoint = EndPoint,
        ServerPublicKey = _key.PublicKey,
        Token = System.Text.Encoding.UTF8.GetBytes(token),
    };

    /// <summary>A token as the document's issuer makes it, signed with the server's issuer key or with another.</summary>
    public string Token(string user, TimeSpan lifetime, ECDsa? signer = null) => (string)_issuing.GetType("TokenIssuer")!.GetMethod("Issue")!.Invoke(
        null, [(signer ?? _issuer).ExportPkcs8PrivateKeyPem(), user, DateTime.UtcNow + lifetime])!;

    public Task RunClientAsync(string token) =>
        DocumentProgram.RunAsync(DocumentProgram.Load(Document, "client"), EndPoint.ToString(), PublicKeyFile, token);

    public async Task InitializeAsync()
    {
        var keyFile = Path.Combine(_folder.FullName, "k1.key.pem");
        await File.WriteAllTextAsync(keyFile, _key.ExportPkcs8Pem());
        await File.WriteAllTextAsync(PublicKeyFile, _key.PublicKey.ToPem());
        var issuerFile = Path.Combine(_folder.FullName, "issuer.pub.pem");
        await File.WriteAllTextAsync(issuerFile, _issuer.ExportSubjectPublicKeyInfoPem());
        _server = await DocumentProgram.StartAsync(
            DocumentProgram.Load(Document, "server"),
            "--environment=Production",
            $"--contentRoot={_folder.FullName}",
            "--Udpack:Server:Endpoints:default:Address=127.0.0.1",
            "--Udpack:Server:Endpoints:default:Port=0",
            $"--Udpack:Keys:Ring:k1:File={keyFile}",
            "--Jwt:Issuer=https://login.example",
            "--Jwt:Audience=game",
            $"--Jwt:PublicKeyFile={issuerFile}");
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _key.Dispose();
        _issuer.Dispose();
        _folder.Delete(recursive: true);
    }
}
