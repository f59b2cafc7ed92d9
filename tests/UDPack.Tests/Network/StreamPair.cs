using System.Text;

namespace UDPack.Tests.Network;

/// <summary>A stream between a client that opened it and a server that took it.</summary>
internal sealed class StreamPair : IAsyncDisposable
{
    private StreamPair(Pair sessions, UdpackStream onClient, UdpackStream onServer)
    {
        Sessions = sessions;
        OnClient = onClient;
        OnServer = onServer;
    }

    public Pair Sessions { get; }

    public UdpackStream OnClient { get; }

    public UdpackStream OnServer { get; }

    public static async Task<StreamPair> OpenAsync(
        UdpackStreamOptions? options = null, Action<UdpackSessionOptions>? listening = null, Action<UdpackSessionOptions>? connecting = null)
    {
        var sessions = await Pair.ConnectAsync(all => listening?.Invoke(all.Session), all => connecting?.Invoke(all.Session));
        var (onClient, onServer) = await sessions.OpenAsync(options);
        return new StreamPair(sessions, onClient, onServer);
    }

    public ValueTask DisposeAsync() => Sessions.DisposeAsync();
}

/// <summary>Streams in few words.</summary>
internal static class StreamSteps
{
    public static async Task<(UdpackStream OnClient, UdpackStream OnServer)> OpenAsync(this Pair pair, UdpackStreamOptions? options = null)
    {
        var onClient = await pair.OnClient.OpenStreamAsync(options).Soon();
        return (onClient, await pair.OnServer.AcceptStreamAsync().Soon());
    }

    public static Task SendTextAsync(this UdpackStream stream, string text) => stream.SendAsync(Encoding.UTF8.GetBytes(text)).Soon();

    /// <summary>The next packet as text; null for the end.</summary>
    public static async Task<string?> ReceiveTextAsync(this UdpackStream stream)
    {
        using var packet = await stream.ReceiveAsync().Soon();
        return packet.IsEnd ? null : Encoding.UTF8.GetString(packet.Span);
    }

    /// <summary>Sends back what comes, to the end.</summary>
    public static async Task EchoAsync(this UdpackStream stream)
    {
        await foreach (var packet in stream.ReadAllAsync())
        {
            using (packet)
            {
                await stream.SendAsync(packet.Memory);
            }
        }

        stream.CompleteWrites();
    }
}
