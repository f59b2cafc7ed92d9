using Microsoft.Extensions.Time.Testing;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Tests.Perf;

public sealed class EchoScheduleTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task What_was_due_while_a_send_waited_counts_from_when_it_was_due()
    {
        var start = _time.GetTimestamp();
        var schedule = new EchoSchedule(100, null, _time);
        await NextAsync(schedule, 0);

        // The send of message 0 takes 35 ms: 1 to 3 are due meanwhile.
        _time.Advance(TimeSpan.FromMilliseconds(35));

        Assert.Equal(10, Since(start, await NextAsync(schedule, 1)));
        Assert.Equal(20, Since(start, await NextAsync(schedule, 2)));
        Assert.Equal(30, Since(start, await NextAsync(schedule, 3)));
    }

    [Fact]
    public async Task A_late_timer_does_not_count()
    {
        var start = _time.GetTimestamp();
        var schedule = new EchoSchedule(100, null, _time);
        var waiting = schedule.NextAsync(1, CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);

        _time.Advance(TimeSpan.FromMilliseconds(25));

        Assert.Equal(25, Since(start, await waiting));
        Assert.Equal(25, Since(start, await NextAsync(schedule, 2)));
    }

    [Fact]
    public async Task It_ends_with_the_duration()
    {
        var schedule = new EchoSchedule(100, TimeSpan.FromMilliseconds(20), _time);
        _time.Advance(TimeSpan.FromMilliseconds(15));

        Assert.NotNull(await NextAsync(schedule, 1));
        Assert.Null(await NextAsync(schedule, 2));
    }

    private static ValueTask<long?> NextAsync(EchoSchedule schedule, long number) => schedule.NextAsync(number, CancellationToken.None);

    private double Since(long start, long? timestamp) => _time.GetElapsedTime(start, timestamp!.Value).TotalMilliseconds;
}
