using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace UDPack.Protocol.Crypto;

/// <summary>
/// Handles of one private key, each used by one thread at a time: the platform does not promise that one can be shared.
/// There are as many as were ever in use at once; importing one costs about as much as one handshake.
/// </summary>
internal sealed class PrivateKeyPool(ServerKeyKind kind, byte[] pkcs8) : IDisposable
{
    // The number of uses going on; the sign bit says disposed. Whoever brings it to int.MinValue cleans up.
    private int _uses;
    private readonly ConcurrentBag<AsymmetricAlgorithm> _idle = [];

    /// <summary>Takes a handle, to be given back; false once disposed.</summary>
    public bool TryRent(out AsymmetricAlgorithm key)
    {
        key = null!;
        if (!TryEnter())
        {
            return false;
        }

        if (!_idle.TryTake(out var taken))
        {
            try
            {
                taken = Import();
            }
            catch
            {
                Exit();
                throw;
            }
        }

        key = taken;
        return true;
    }

    /// <summary>Gives a handle back.</summary>
    public void Return(AsymmetricAlgorithm key)
    {
        _idle.Add(key);
        Exit();
    }

    public string ExportPem()
    {
        ObjectDisposedException.ThrowIf(!TryEnter(), typeof(ServerKey));
        try
        {
            return PemEncoding.WriteString("PRIVATE KEY", pkcs8);
        }
        finally
        {
            Exit();
        }
    }

    public void Dispose()
    {
        if ((Interlocked.Or(ref _uses, int.MinValue) & int.MaxValue) == 0)
        {
            Forget();
        }
    }

    private bool TryEnter()
    {
        var uses = Volatile.Read(ref _uses);
        while (uses >= 0)
        {
            var seen = Interlocked.CompareExchange(ref _uses, uses + 1, uses);
            if (seen == uses)
            {
                return true;
            }

            uses = seen;
        }

        return false;
    }

    private void Exit()
    {
        if (Interlocked.Decrement(ref _uses) == int.MinValue)
        {
            Forget();
        }
    }

    /// <summary>Nobody is inside and nobody gets in any more. Doing it twice does no harm.</summary>
    private void Forget()
    {
        while (_idle.TryTake(out var key))
        {
            key.Dispose();
        }

        CryptographicOperations.ZeroMemory(pkcs8);
    }

    private AsymmetricAlgorithm Import()
    {
        AsymmetricAlgorithm key = kind == ServerKeyKind.P256 ? ECDiffieHellman.Create() : RSA.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key;
    }
}
