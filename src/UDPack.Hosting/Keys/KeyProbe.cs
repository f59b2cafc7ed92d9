using System.Security.Cryptography;

namespace UDPack.Hosting.Keys;

/// <summary>Looks at a key that was refused, to say what it is instead of only that it is wrong.</summary>
internal static class KeyProbe
{
    public static bool Opens(string pem, string password)
    {
        try
        {
            var der = PemEncoding.Find(pem);
            _ = Pkcs8Decrypts(Convert.FromBase64String(pem[der.Base64Data]), password);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public static string Describe(string pem, string? password)
    {
        if (TryImport(ECDsa.Create(), pem, password) is { } curve)
        {
            using (curve)
            {
                return $"it is an elliptic curve key on {CurveName(curve)}";
            }
        }

        if (TryImport(RSA.Create(), pem, password) is { } rsa)
        {
            using (rsa)
            {
                return $"it is an RSA key with {rsa.KeySize} bits";
            }
        }

        return "it is damaged, or of another algorithm";
    }

    private static bool Pkcs8Decrypts(byte[] der, string password)
    {
        using var curve = ECDsa.Create();
        try
        {
            curve.ImportEncryptedPkcs8PrivateKey(password, der, out _);
            return true;
        }
        catch (CryptographicException)
        {
            // The password may be right and the key of another kind.
            using var rsa = RSA.Create();
            rsa.ImportEncryptedPkcs8PrivateKey(password, der, out _);
            return true;
        }
    }

    private static string CurveName(ECDsa curve) => curve.ExportParameters(includePrivateParameters: false).Curve switch
    {
        { IsNamed: true } named => named.Oid.FriendlyName ?? named.Oid.Value ?? "an unknown curve",
        _ => "explicit parameters",
    };

    private static T? TryImport<T>(T algorithm, string pem, string? password)
        where T : AsymmetricAlgorithm
    {
        try
        {
            if (password is null)
            {
                algorithm.ImportFromPem(pem);
            }
            else
            {
                algorithm.ImportFromEncryptedPem(pem, password);
            }

            return algorithm;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            algorithm.Dispose();
            return null;
        }
    }
}
