using System.Net;
using System.Text;

namespace UDPack.Tests.Network;

/// <summary>Listeners and clients on loopback, on ports nobody else has.</summary>
internal static class Net
{
    public static UdpackListenerOptions ListenerOptions(Action<UdpackListenerOptions>? change = null)
    {
        var options = new UdpackListenerOptions
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Keys = new StaticKeyStore(new ServerKeyRing(TestKeys.P256)),
            TokenValidator = new TestValidator(),
        };
        change?.Invoke(options);
        return options;
    }

    public static UdpackClientOptions ClientOptions(EndPoint remote, Action<UdpackClientOptions>? change = null)
    {
        var options = new UdpackClientOptions { RemoteEndPoint = remote, ServerPublicKey = TestKeys.P256.PublicKey, Token = "good"u8.ToArray() };
        change?.Invoke(options);
        return options;
    }

    public static UdpackListener Listen(Action<UdpackListenerOptions>? change = null) => UdpackListener.Listen(ListenerOptions(change));

    public static UdpackClient Client(UdpackListener listener, Action<UdpackClientOptions>? change = null) =>
        new(ClientOptions(listener.LocalEndPoint, change));

    /// <summary>Echoes on every session until the listener stops.</summary>
    public static async Task EchoAsync(UdpackListener listener)
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                sessions.Add(EchoAsync(await listener.AcceptSessionAsync()));
            }
        }
        catch (ObjectDisposedException)
        {
            await Task.WhenAll(sessions);
        }
    }

    public static async Task EchoAsync(UdpackSession session)
    {
        await using (session)
        {
            try
            {
                await foreach (var packet in session.ReadAllAsync())
                {
                    using (packet)
                    {
                        await session.SendAsync(packet.Memory);
                    }
                }
            }
            catch (UdpackException)
            {
                // The session ended in whatever way the test wanted.
            }
        }
    }

    public static async Task<string> ReceiveTextAsync(this UdpackSession session)
    {
        using var packet = await session.ReceiveAsync().Soon();
        return Encoding.UTF8.GetString(packet.Span);
    }

    public static async Task AssertEchoesAsync(UdpackSession session, string text = "hello")
    {
        await session.SendAsync(Encoding.UTF8.GetBytes(text)).Soon();
        Assert.Equal(text, await session.ReceiveTextAsync());
    }

    public static async Task<UdpackException> FailsWith(UdpackError error, Task task)
    {
        var exception = await Assert.ThrowsAsync<UdpackException>(() => task.Soon());
        Assert.Equal(error, exception.Error);
        return exception;
    }
}
