using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace UDPack.Samples.Tests.SocksProxy;

/// <summary>A small HTTP server behind the proxy: GET /bytes/n is n bytes, and POST of anything is the hash of what came.</summary>
internal sealed class TargetSite : IDisposable
{
    private readonly TcpListener _listener;
    private long _sent;

    public TargetSite(IPAddress address)
    {
        _listener = new TcpListener(address, 0);
        _listener.Start();
        _ = AcceptAsync();
    }

    public static bool HasIPv6 { get; } = FindIPv6();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many bytes of bodies were sent so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>The hash of the body that GET /bytes/n has.</summary>
    public static string HashOf(int bytes) => Convert.ToHexStringLower(SHA256.HashData(Body(bytes)));

    public static byte[] Body(int bytes)
    {
        var body = new byte[bytes];
        new Random(bytes).NextBytes(body);
        return body;
    }

    public void Dispose() => _listener.Dispose();

    private static bool FindIPv6()
    {
        try
        {
            using var probe = new TcpListener(IPAddress.IPv6Loopback, 0);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var stream = client.GetStream();
                var (path, length) = await ReadHeadAsync(stream);
                var body = path.StartsWith("/bytes/", StringComparison.Ordinal)
                    ? Body(int.Parse(path["/bytes/".Length..], CultureInfo.InvariantCulture))
                    : Encoding.ASCII.GetBytes(await HashAsync(stream, length));
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
                foreach (var chunk in body.Chunk(64 * 1024))
                {
                    await stream.WriteAsync(chunk);
                    Interlocked.Add(ref _sent, chunk.Length);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The client gave up.
        }
    }

    private static async Task<(string Path, int Length)> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        const string contentLength = "Content-Length: ";
        var lines = head.ToString().Split("\r\n");
        var length = lines.FirstOrDefault(line => line.StartsWith(contentLength, StringComparison.OrdinalIgnoreCase))?[contentLength.Length..] ?? "0";
        return (lines[0].Split(' ')[1], int.Parse(length, CultureInfo.InvariantCulture));
    }

    private static async Task<string> HashAsync(NetworkStream stream, int length)
    {
        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        return Convert.ToHexStringLower(SHA256.HashData(body));
    }
}
