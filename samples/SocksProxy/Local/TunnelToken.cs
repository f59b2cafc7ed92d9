using System.Text;
using Microsoft.Extensions.Options;
using UDPack.Hosting;

namespace SocksProxy.Local;

/// <summary>The token for each connect.</summary>
internal sealed class TunnelToken(IOptions<TunnelOptions> tunnel) : IUdpackTokenProvider
{
    public ValueTask<ReadOnlyMemory<byte>> GetTokenAsync(UdpackTokenContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(tunnel.Value.Token));
}
