using UDPack;
using UDPack.Hosting;

namespace Chat.Client;

/// <summary>Connects again soon, then more slowly, and without end: people wait for their chat. Only a token that is refused will not get better.</summary>
internal sealed class ChatReconnectPolicy : IUdpackReconnectPolicy
{
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(5);

    public TimeSpan? NextDelay(UdpackReconnectContext context)
    {
        if (context.LastError is UdpackException { Error: UdpackError.AuthenticationFailed })
        {
            return null;
        }

        // Up to twice as long, so that not all clients of a restarted server come at once.
        var delay = TimeSpan.FromMilliseconds(200 * Math.Pow(2, Math.Min(context.PreviousAttempts, 10)) * (1 + Random.Shared.NextDouble()));
        return delay < Slowest ? delay : Slowest;
    }
}
