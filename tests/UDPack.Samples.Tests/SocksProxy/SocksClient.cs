using System.Net;
using System.Net.Sockets;

namespace UDPack.Samples.Tests.SocksProxy;

/// <summary>A SOCKS client that says what the test says, byte by byte.</summary>
internal sealed class SocksClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _tcp = new();
    private readonly CancellationTokenSource _timeout = new(Patience);

    private NetworkStream _stream = null!;

    public static async Task<SocksClient> ConnectAsync(IPEndPoint proxy)
    {
        var client = new SocksClient();
        await client._tcp.ConnectAsync(proxy, client._timeout.Token);
        client._stream = client._tcp.GetStream();
        return client;
    }

    /// <summary>A connection through the proxy to a port of this machine.</summary>
    public static async Task<SocksClient> OpenAsync(IPEndPoint proxy, int port)
    {
        var client = await ConnectAsync(proxy);
        await client.SendAsync(5, 1, 0);
        Assert.Equal([5, 0], await client.ReadAsync(2));
        await client.SendAsync(5, 1, 0, 1, 127, 0, 0, 1, (byte)(port >> 8), (byte)port);
        Assert.Equal([5, 0, 0, 1, 0, 0, 0, 0, 0, 0], await client.ReadAsync(10));
        return client;
    }

    public ValueTask SendAsync(params byte[] bytes) => _stream.WriteAsync(bytes, _timeout.Token);

    public async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, _timeout.Token);
        return bytes;
    }

    /// <summary>All that comes until the other side has ended.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var bytes = new MemoryStream();
        await _stream.CopyToAsync(bytes, _timeout.Token);
        return bytes.ToArray();
    }

    public void CompleteWrites() => _tcp.Client.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _tcp.Dispose();
        _timeout.Dispose();
    }
}
