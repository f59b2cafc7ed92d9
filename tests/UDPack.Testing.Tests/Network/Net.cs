using System.Net;
using System.Text;

namespace UDPack.Testing.Tests.Network;

/// <summary>Listeners and clients on a simulated network.</summary>
internal static class Net
{
    public static readonly IPEndPoint ServerEndPoint = IPEndPoint.Parse("192.0.2.1:9000");

    public static ServerKey Key { get; } = ServerKey.GenerateP256();

    public static UdpackListener Listen(SimulatedNetwork network, IPEndPoint? local = null, Action<UdpackListenerOptions>? change = null)
    {
        var options = new UdpackListenerOptions
        {
            Network = network,
            LocalEndPoint = local ?? ServerEndPoint,
            Keys = new StaticKeyStore(new ServerKeyRing(Key)),
            TokenValidator = new AnyToken(),
        };
        change?.Invoke(options);
        return UdpackListener.Listen(options);
    }

    public static UdpackClient Client(SimulatedNetwork network, EndPoint? remote = null, Action<UdpackClientOptions>? change = null)
    {
        var options = new UdpackClientOptions
        {
            Network = network,
            RemoteEndPoint = remote ?? ServerEndPoint,
            ServerPublicKey = Key.PublicKey,
            Token = "token"u8.ToArray(),
        };
        change?.Invoke(options);
        return new UdpackClient(options);
    }

    /// <summary>Echoes on every session until the listener stops.</summary>
    public static async Task EchoAsync(UdpackListener listener)
    {
        try
        {
            while (true)
            {
                _ = EchoAsync(await listener.AcceptSessionAsync());
            }
        }
        catch (ObjectDisposedException)
        {
            // The listener stopped.
        }
    }

    public static Task SendTextAsync(this UdpackSession session, string text) => session.SendAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    public static async Task<string> ReceiveTextAsync(this UdpackSession session)
    {
        using var packet = await session.ReceiveAsync();
        return Encoding.UTF8.GetString(packet.Span);
    }

    public static async Task EchoesAsync(this UdpackSession session, string text)
    {
        await session.SendTextAsync(text);
        Assert.Equal(text, await session.ReceiveTextAsync());
    }

    private static async Task EchoAsync(UdpackSession session)
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
                // However it ended.
            }
        }
    }

    private sealed class AnyToken : ITokenValidator
    {
        public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(TokenVerdict.Success());
    }
}
