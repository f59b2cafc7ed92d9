namespace UDPack.Tests.Network;

/// <summary>A listener, a client, and one session between them.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private Pair(UdpackListener listener, UdpackClient client, UdpackSession onClient, UdpackSession onServer)
    {
        Listener = listener;
        Client = client;
        OnClient = onClient;
        OnServer = onServer;
    }

    public UdpackListener Listener { get; }

    public UdpackClient Client { get; }

    public UdpackSession OnClient { get; }

    public UdpackSession OnServer { get; }

    public static async Task<Pair> ConnectAsync(Action<UdpackListenerOptions>? listening = null, Action<UdpackClientOptions>? connecting = null)
    {
        var listener = Net.Listen(listening);
        var client = Net.Client(listener, connecting);
        var onClient = await client.ConnectAsync().Soon();
        var onServer = await listener.AcceptSessionAsync().Soon();
        return new Pair(listener, client, onClient, onServer);
    }

    public async ValueTask DisposeAsync()
    {
        OnClient.Abort();
        await Listener.DisposeAsync();
        await Client.DisposeAsync().Soon();
    }
}
