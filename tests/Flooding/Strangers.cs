using System.Diagnostics;
using System.Net;
using UDPack.Protocol;

namespace UDPack.Flooding;

/// <summary>Clients that connect one after the other, each from an address in 127.0.1.0/24, whether or not those before have.</summary>
internal static class Strangers
{
    private const int Hosts = 250;

    /// <summary>How long each connect took; one that fails fails them all.</summary>
    public static async Task<TimeSpan[]> ConnectAsync(IPEndPoint server, ServerPublicKey key, int count, TimeSpan every)
    {
        var connects = new List<Task<TimeSpan>>();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var wait = (i * every) - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait).ConfigureAwait(false);
            }

            var address = new IPAddress([127, 0, 1, (byte)(1 + (i % Hosts))]);
            connects.Add(Task.Run(() => ConnectAsync(server, key, address)));
        }

        return await Task.WhenAll(connects).ConfigureAwait(false);
    }

    private static async Task<TimeSpan> ConnectAsync(IPEndPoint server, ServerPublicKey key, IPAddress from)
    {
        var began = Stopwatch.GetTimestamp();
        var session = await UdpackClient.ConnectAsync(new UdpackClientOptions
        {
            RemoteEndPoint = server,
            LocalEndPoint = new IPEndPoint(from, 0),
            ServerPublicKey = key,
            Token = "a token of the usual length: 64 bytes, like a session's identifier"u8.ToArray(),
        }).ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(began);
        await session.DisposeAsync().ConfigureAwait(false);
        return took;
    }
}
