using System.Security.Cryptography;

namespace UDPack.Hosting.Tests.Keys;

/// <summary>A folder with key files that goes away with the test.</summary>
internal sealed class KeyFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-keys-");

    public string FullName => _folder.FullName;

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(Path(name), text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return Path(name);
    }

    /// <summary>Writes a new P-256 key and gives back its id.</summary>
    public string WriteKey(string name)
    {
        using var key = ServerKey.GenerateP256();
        Write(name, key.ExportPkcs8Pem());
        return key.PublicKey.KeyIdText;
    }

    public string WriteEncryptedKey(string name, string password)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        return Write(name, key.ExportEncryptedPkcs8PrivateKeyPem(password, parameters));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
