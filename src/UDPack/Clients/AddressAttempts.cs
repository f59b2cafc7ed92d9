using System.Net;

namespace UDPack.Clients;

/// <summary>One connect to a server that may be at several addresses: which are tried, how often each is knocked at, and how all of it failed.</summary>
internal sealed class AddressAttempts(EndPoint server, IPEndPoint[] addresses, int maxAttempts)
{
    /// <summary>A lost datagram must not make a good address look dead.</summary>
    private const int LeastEach = 2;

    private readonly List<UdpackException> _failures = [];

    /// <summary>How many shakehands each address gets.</summary>
    public int AttemptsEach { get; } =
        Math.Min(maxAttempts, Math.Max(LeastEach, (maxAttempts + addresses.Length - 1) / addresses.Length));

    /// <summary>Whether to go on with the next address. A server that refused the token has spoken for all of its addresses.</summary>
    public bool GoesOnAfter(UdpackException failure)
    {
        _failures.Add(failure);
        return failure.Error is UdpackError.ConnectTimeout or UdpackError.HandshakeFailed or UdpackError.BindFailed
            && _failures.Count < addresses.Length;
    }

    /// <summary>What the caller is told after the last failure.</summary>
    public UdpackException CreateError()
    {
        if (addresses.Length == 1)
        {
            return _failures[0];
        }

        var last = _failures[^1];
        if (last.Error == UdpackError.AuthenticationFailed)
        {
            return last;
        }

        // A refusal says more than silence.
        var error = (_failures.Find(failure => failure.Error == UdpackError.HandshakeFailed) ?? _failures.Find(failure => failure.Error == UdpackError.ConnectTimeout) ?? last).Error;
        var tried = string.Join(" ", _failures.Select((failure, i) => $"[{i + 1}] udp://{addresses[i]}: {failure.Message}"));
        return new UdpackException(
            error, $"No connection to {Describe(server)}; all of its {addresses.Length} addresses failed. {tried}", new AggregateException(_failures));
    }

    private static string Describe(EndPoint server) => server is DnsEndPoint name ? $"{name.Host}:{name.Port}" : $"{server}";
}
