using System.Diagnostics;
using UDPack;

namespace Quickstart;

/// <summary>What the quickstart tells on the way.</summary>
internal static class Story
{
    public static void Chapter(int number, string title)
    {
        Console.WriteLine();
        Console.WriteLine($"{number}. {title}");
    }

    public static void Line(string text) => Console.WriteLine($"   {text}");

    public static async Task WarmUpAsync(UdpackClientOptions options)
    {
        await using var session = await UdpackClient.ConnectAsync(options);
        for (var i = 0; i < 100; i++)
        {
            await session.SendAsync(new byte[100]);
            (await session.ReceiveAsync()).Dispose();
        }
    }

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
        Line($"{elapsed.TotalMilliseconds,7:0} ms  {packets:N0} packets of {size:N0} bytes came back in order, "
            + $"{2L * packets * size / elapsed.TotalSeconds / 1e6:0} MB/s both ways together");
        Line($"{"",10}  the client sent {statistics.DatagramsSent:N0} datagrams, lost {statistics.DatagramsLost:N0}; "
            + $"round trip {statistics.MinRtt.TotalMilliseconds:0.00} ms at best, {statistics.SmoothedRtt.TotalMilliseconds:0.00} ms under this load");
    }

    /// <summary>Connects, shows the steps and the error; anything but the expected error is a failure of the quickstart.</summary>
    public static async Task ExpectFailureAsync(UdpackClientOptions options, Timeline timeline, UdpackError expected)
    {
        timeline.Clear();
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

    /// <summary>Waits for the server's goaway.</summary>
    public static async Task ExpectGoodbyeAsync(UdpackSession session)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = session.Closed.Register(ended.SetResult);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(5));
        Line($"the server stopped and said goaway (0xC); the client's session ended: {session.CloseReason!.Cause}");
    }
}
