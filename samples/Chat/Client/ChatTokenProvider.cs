using System.Text;
using Chat.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using UDPack.Hosting;

namespace Chat.Client;

/// <summary>Gives the token of --token; without one it makes a new one at each connect, which only those can who know the secret.</summary>
internal sealed class ChatTokenProvider(IConfiguration configuration, IServiceProvider services) : IUdpackTokenProvider
{
    public ValueTask<ReadOnlyMemory<byte>> GetTokenAsync(UdpackTokenContext context, CancellationToken cancellationToken)
    {
        var token = configuration["token"] ?? services.GetRequiredService<ChatTokens>().Issue(configuration["name"]);
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(token));
    }
}
