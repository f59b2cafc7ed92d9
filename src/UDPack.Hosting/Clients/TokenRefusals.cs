using System.Security.Cryptography;

namespace UDPack.Hosting.Clients;

/// <summary>Counts how often in a row the server refused one and the same token.</summary>
internal sealed class TokenRefusals
{
    private byte[] _used = [];
    private byte[] _refused = [];

    public int Count { get; private set; }

    /// <summary>The token that the next attempt goes with. Only its hash is kept.</summary>
    public void OnUsed(ReadOnlyMemory<byte> token) => _used = SHA256.HashData(token.Span);

    /// <summary>How the attempt failed.</summary>
    public void OnFailed(Exception error)
    {
        if (error is UdpackException { Error: UdpackError.AuthenticationFailed })
        {
            Count = _used.AsSpan().SequenceEqual(_refused) ? Count + 1 : 1;
            _refused = _used;
        }
    }

    /// <summary>The server took a token.</summary>
    public void Forget()
    {
        Count = 0;
        _refused = [];
    }
}
