using System.Security.Cryptography;
using System.Text;

namespace UDPack.Hosting.Keys;

/// <summary>Reads one private key and turns everything that can be wrong with it into a message that says what to do.</summary>
internal static class KeyFile
{
    public const long MaxBytes = 64 * 1024;
    private const string HowToMake = "Make a key with: udpack keygen --out <directory>.";

    public static ServerKey Read(string setting, string path, string passwordSetting, string? password)
    {
        var bytes = ReadBytes(setting, path);
        try
        {
            return Parse($"{setting}: the file {path}", Encoding.UTF8.GetString(bytes), passwordSetting, password);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <param name="subject">How messages begin: the setting and the file, if there is one.</param>
    /// <param name="pem">The text.</param>
    /// <param name="passwordSetting">The key of the setting that holds the password.</param>
    /// <param name="password">Its value.</param>
    public static ServerKey Parse(string subject, string pem, string passwordSetting, string? password)
    {
        var label = PemEncoding.TryFind(pem, out var fields) ? pem[fields.Label] : null;
        switch (label)
        {
            case null:
                throw new KeyLoadException($"{subject} is not PEM: it has no '-----BEGIN PRIVATE KEY-----'. {HowToMake}");
            case "PUBLIC KEY" or "RSA PUBLIC KEY" or "CERTIFICATE":
                throw new KeyLoadException($"{subject} holds a public key ('{label}'), but the server needs the private key, the file *.key.pem. {HowToMake}");
            case "ENCRYPTED PRIVATE KEY" when string.IsNullOrEmpty(password):
                throw new KeyLoadException($"{subject} is encrypted. Set its password in {passwordSetting}, from an environment variable or a secret store.");
            case "PRIVATE KEY" or "ENCRYPTED PRIVATE KEY":
                break;
            default:
                throw new KeyLoadException($"{subject} holds '{label}', but must be PKCS#8 ('PRIVATE KEY' or 'ENCRYPTED PRIVATE KEY'). Convert it with: openssl pkcs8 -topk8 -nocrypt.");
        }

        var encrypted = label == "ENCRYPTED PRIVATE KEY";
        try
        {
            return ServerKey.FromPem(pem, encrypted ? password : null);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException or FormatException)
        {
            throw new KeyLoadException(
                encrypted && !KeyProbe.Opens(pem, password!)
                    ? $"{subject} does not open with the password in {passwordSetting}. Correct the password."
                    : $"{subject} is not a key of a supported kind: {KeyProbe.Describe(pem, encrypted ? password : null)}. UDPack takes P-256 keys, and RSA keys with 2048 to 4096 bits. {HowToMake}",
                exception);
        }
    }

    private static byte[] ReadBytes(string setting, string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > MaxBytes)
            {
                throw new KeyLoadException($"{setting}: the file {path} is not PEM: it has {file.Length} bytes. {HowToMake}");
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyLoadException($"{setting}: the file {path} does not exist. Correct the path, or make a key with: udpack keygen --out {Path.GetDirectoryName(path)}.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new KeyLoadException(
                Directory.Exists(path)
                    ? $"{setting}: {path} is a directory. Give the path of the key file in it."
                    : $"{setting}: the file {path} may not be read by the user '{Environment.UserName}'. Give that user read permission.",
                exception);
        }
        catch (IOException exception)
        {
            throw new KeyLoadException($"{setting}: the file {path} cannot be read: {exception.Message}", exception);
        }
    }
}
