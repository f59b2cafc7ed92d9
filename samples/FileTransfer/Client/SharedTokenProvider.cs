using System.Text;
using Microsoft.Extensions.Options;
using UDPack.Hosting;

namespace FileTransfer.Client;

/// <summary>Shows the token of the settings.</summary>
internal sealed class SharedTokenProvider(IOptions<FileTransferOptions> options) : IUdpackTokenProvider
{
    public ValueTask<ReadOnlyMemory<byte>> GetTokenAsync(UdpackTokenContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(options.Value.Token));
}
