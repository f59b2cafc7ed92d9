using Microsoft.Extensions.Options;
using UDPack;
using UDPack.Hosting;

namespace FileTransfer.Client;

/// <summary>Connects again soon, then every two seconds; gives up when the server is away for too long, and at once when it refuses the token.</summary>
internal sealed class RetryPolicy(IOptions<FileTransferOptions> options) : IUdpackReconnectPolicy
{
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(2);

    public TimeSpan? NextDelay(UdpackReconnectContext context)
    {
        if (context.Elapsed > options.Value.GiveUpAfter || context.LastError is UdpackException { Error: UdpackError.AuthenticationFailed })
        {
            return null;
        }

        var delay = TimeSpan.FromMilliseconds(100 * Math.Pow(2, Math.Min(context.PreviousAttempts, 10)));
        return delay < Slowest ? delay : Slowest;
    }
}
