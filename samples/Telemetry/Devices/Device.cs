using UDPack;

namespace Telemetry.Devices;

/// <summary>One device: connects, reports, and connects again when its session is lost.</summary>
internal sealed class Device(int number, bool isFlaky, DeviceOptions options, Simulator simulator)
{
    private const int BusyEvery = 50;
    private const int BusyFactor = 4;
    private const int BusyBytes = 900;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    // The same weather with each run.
    private readonly Random _random = new(number);
    private readonly bool _isBusy = number % BusyEvery == 0;
    private uint _sequence;
    private float _temperature = 15 + number % 10;
    private float _battery = 1;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = TimeSpan.Zero;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var session = await simulator.ConnectAsync(cancellationToken);
                pause = TimeSpan.Zero;
                try
                {
                    await ReportAsync(session, cancellationToken);
                }
                finally
                {
                    simulator.OnLeft();
                }
            }
            catch (UdpackException exception)
            {
                simulator.OnFailed(number, exception);
                pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, 1 + pause.TotalSeconds * 2));
            }

            await simulator.WaitAsync(Jitter(pause + TimeSpan.FromSeconds(1)), cancellationToken);
        }
    }

    /// <summary>Reports until the session is lost, or a flaky device drops it.</summary>
    private async Task ReportAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        var packet = new byte[_isBusy ? BusyBytes : Reading.HeaderBytes];
        _random.NextBytes(packet);
        var interval = TimeSpan.FromSeconds(1 / (_isBusy ? options.Rate * BusyFactor : options.Rate));
        var stay = isFlaky ? Jitter(options.DropAfter) : TimeSpan.MaxValue;

        // Not all in the same moment.
        await simulator.WaitAsync(interval * _random.NextDouble(), cancellationToken);
        for (var stayed = TimeSpan.Zero; stayed < stay; stayed += interval)
        {
            Measure().Write(packet);
            await session.SendAsync(packet, cancellationToken);
            await simulator.WaitAsync(interval, cancellationToken);
            while (session.TryReceive(out var answer))
            {
                answer.Dispose();
            }
        }

        // As a device does whose power fails: no goodbye to wait for.
        session.Abort();
    }

    private Reading Measure()
    {
        _temperature += (float)(_random.NextDouble() - 0.5) / 5;
        _battery = Math.Max(0.05f, _battery - 0.0001f);
        return new Reading(number, ++_sequence, _temperature, _battery);
    }

    private TimeSpan Jitter(TimeSpan time) => time * (0.5 + _random.NextDouble());
}
