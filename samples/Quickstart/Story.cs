using System.Diagnostics;
using UDPack;

namespace Quickstart;

/// <summary>What the quickstart tells on the way.</summary>
internal static class Story
{
    public static void Chapter(string number, string title)
    {
        Console.WriteLine();
        Console.WriteLine($"{number}. {title}");
    }

    public static void Line(string text) => Console.WriteLine($"   {text}");

    /// <summary>Sends and receives at the same time; the echoes must come back in order.</summary>
    public static async Task EchoManyAsync(UdpackSession session, int packets, int size)
    {
        var start = Stopwatch.GetTimestamp();
        var sending = Task.Run(async () =>
        {
            var packet = new byte[size];
            for (var i = 0; i < packets; i++)
            {
                BitConverter.TryWriteBytes(packet, i);
                await session.SendAsync(packet);
            }
        });
        for (var i = 0; i < packets; i++)
        {
            using var echo = await session.ReceiveAsync();
            if (echo.Length != size || BitConverter.ToInt32(echo.Span) != i)
            {
                throw new InvalidOperationException($"Echo {i} is not what was sent.");
            }
        }

        await sending;
        var elapsed = Stopwatch.GetElapsedTime(start);
        var statistics = session.GetStatistics();
        Line($"{packets:N0} packets of {size:N0} bytes, in order, in {elapsed.TotalMilliseconds:0} ms; "
            + $"rtt {statistics.SmoothedRtt.TotalMilliseconds:0.00} ms, {statistics.DatagramsLost} of {statistics.DatagramsSent:N0} datagrams lost");
    }

    /// <summary>Connects, shows the steps and the error; anything but the expected error is a failure of the quickstart.</summary>
    public static async Task ExpectFailureAsync(UdpackClientOptions options, Timeline timeline, UdpackError expected)
    {
        timeline.Restart();
        try
        {
            await using var session = await UdpackClient.ConnectAsync(options);
        }
        catch (UdpackException exception) when (exception.Error == expected)
        {
            timeline.Print();
            Line($"{exception.Error}: {exception.Message}");
            return;
        }

        throw new InvalidOperationException($"The connection should have failed with {expected}.");
    }
}
