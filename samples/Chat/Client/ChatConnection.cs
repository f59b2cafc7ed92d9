using Microsoft.Extensions.DependencyInjection;
using UDPack;

namespace Chat.Client;

/// <summary>Sessions with the server, one after the other.</summary>
internal sealed class ChatConnection([FromKeyedServices("chat")] UdpackClient client)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Waits until there is a session.</summary>
    /// <exception cref="UdpackException">The server refuses the token.</exception>
    public async ValueTask<UdpackSession> GetSessionAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await client.ConnectAsync(cancellationToken);
            }
            catch (UdpackException exception) when (exception.Error is not UdpackError.AuthenticationFailed)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
