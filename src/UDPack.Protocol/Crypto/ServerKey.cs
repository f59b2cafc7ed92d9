using System.Security.Cryptography;
using UDPack.Protocol.Crypto;

namespace UDPack;

/// <summary>A server's key pair. The private half opens shakehands and proves who the server is.</summary>
/// <remarks>
/// Safe to use from many threads. Disposing it while a thread opens a shakehand is safe too: that use finishes, later ones
/// fail, and the last one out forgets the key.
/// </remarks>
public sealed class ServerKey : IDisposable
{
    private readonly PrivateKeyPool _pool;

    private ServerKey(PrivateKeyPool pool, ServerPublicKey publicKey)
    {
        _pool = pool;
        PublicKey = publicKey;
    }

    /// <summary>What kind of key it is.</summary>
    public ServerKeyKind Kind => PublicKey.Kind;

    /// <summary>The public half, for clients.</summary>
    public ServerPublicKey PublicKey { get; }

    /// <summary>What its owner calls it, for logs: the key's name in the configuration. Null for none; set before the key is used.</summary>
    public string? Name { get; set; }

    /// <summary>The private key's handles, for one use at a time each.</summary>
    internal PrivateKeyPool Pool => _pool;

    /// <summary>Makes a new key on P-256: the kind to choose, small in the shakehand and quick to open.</summary>
    public static ServerKey GenerateP256()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return From(key, ServerPublicKey.FromP256(key));
    }

    /// <summary>Makes a new RSA key of 2048 to 4096 bits.</summary>
    public static ServerKey GenerateRsa(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 2048);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 4096);
        using var key = RSA.Create(bits);
        return From(key, ServerPublicKey.FromRsa(key));
    }

    /// <summary>Reads a PKCS#8 "PRIVATE KEY" or, with its password, an "ENCRYPTED PRIVATE KEY".</summary>
    /// <exception cref="ArgumentException">The text holds no such key, or its password is missing.</exception>
    /// <exception cref="CryptographicException">
    /// The key is damaged, the password is wrong, or its kind, curve or size is not supported.
    /// </exception>
    public static ServerKey FromPem(string pem, string? password = null)
    {
        ArgumentNullException.ThrowIfNull(pem);
        var pkcs8 = PrivateKeyPem.Decode(pem, password);
        try
        {
            if (DerKeys.KindOfPrivateKey(pkcs8) == ServerKeyKind.P256)
            {
                using var key = ECDiffieHellman.Create();
                Import(key, pkcs8);
                var publicKey = ServerPublicKey.FromP256(key);
                using var named = P256.WithNamedCurve(key);
                return From(named, publicKey);
            }

            using var rsa = RSA.Create();
            Import(rsa, pkcs8);
            return From(rsa, ServerPublicKey.FromRsa(rsa));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <summary>The whole key pair as a PKCS#8 "PRIVATE KEY", not encrypted: for a file that only the server can read.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public string ExportPkcs8Pem() => _pool.ExportPem();

    /// <summary>Forgets the private key.</summary>
    public void Dispose() => _pool.Dispose();

    private static ServerKey From(AsymmetricAlgorithm key, ServerPublicKey publicKey) =>
        new(new PrivateKeyPool(publicKey.Kind, key.ExportPkcs8PrivateKey()), publicKey);

    private static void Import(AsymmetricAlgorithm key, ReadOnlySpan<byte> pkcs8)
    {
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out _);
        }
        catch (Exception exception) when (exception is CryptographicException or PlatformNotSupportedException)
        {
            throw new CryptographicException("The private key is damaged, or its curve is not supported.", exception);
        }
    }
}
