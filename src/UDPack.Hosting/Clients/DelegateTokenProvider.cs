namespace UDPack.Hosting.Clients;

/// <summary>A token provider in the form of a delegate.</summary>
internal sealed class DelegateTokenProvider(Func<UdpackTokenContext, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> getToken) : IUdpackTokenProvider
{
    public ValueTask<ReadOnlyMemory<byte>> GetTokenAsync(UdpackTokenContext context, CancellationToken cancellationToken) => getToken(context, cancellationToken);
}
