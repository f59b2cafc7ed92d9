using System.Security.Cryptography;
using UDPack.Tool.Keys;

namespace UDPack.Tool.Connections;

/// <summary>A server's key: from a file, or one for this run whose public half lies in a temporary file until it is disposed.</summary>
internal sealed class ServerIdentity : IDisposable
{
    private readonly DirectoryInfo? _temporary;

    private ServerIdentity(ServerKey key, DirectoryInfo? temporary = null)
    {
        Key = key;
        _temporary = temporary;
    }

    public ServerKey Key { get; }

    /// <summary>Where clients find the public half of a temporary key; null if the key came from a file.</summary>
    public string? PublicKeyFile => _temporary is null ? null : Path.Combine(_temporary.FullName, "udpack.pub.pem");

    /// <exception cref="ToolException">The file cannot be read, or is no key.</exception>
    public static ServerIdentity Read(FileInfo file)
    {
        try
        {
            return new ServerIdentity(ServerKey.FromPem(File.ReadAllText(file.FullName)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ToolException($"The key cannot be read: {exception.Message} Make one with `udpack keygen`, and give its .key.pem to --key.", exception);
        }
    }

    public static ServerIdentity MakeTemporary()
    {
        var identity = new ServerIdentity(ServerKey.GenerateP256(), Directory.CreateTempSubdirectory("udpack-"));
        KeyFileWriter.WritePublic(identity.PublicKeyFile!, identity.Key.PublicKey.ToPem(), overwrite: false);
        return identity;
    }

    public void Dispose()
    {
        Key.Dispose();
        try
        {
            _temporary?.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Somebody cleaned up before; it was a public key.
        }
    }
}
