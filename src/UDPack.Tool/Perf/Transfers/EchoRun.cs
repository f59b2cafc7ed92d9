namespace UDPack.Tool.Perf.Transfers;

/// <summary>The client's side of echoed messages: sends them at a rate, and measures how long they take.</summary>
/// <param name="messages">How many to send at most.</param>
/// <param name="messageBytes">Their size.</param>
/// <param name="time">The clock.</param>
internal sealed class EchoRun(long messages, int messageBytes, TimeProvider time)
{
    private long _sent;

    public LatencyHistogram RoundTrips { get; } = new();

    public long Sent => Interlocked.Read(ref _sent);

    public int MessageBytes => messageBytes;

    /// <summary>Sends all messages in turn; <paramref name="send"/> gets the number and the time to write into it.</summary>
    public async Task SendAsync(EchoSchedule schedule, Func<long, long, ValueTask> send, CancellationToken cancellationToken)
    {
        for (var number = 0L; number < messages; number++)
        {
            if (await schedule.NextAsync(number, cancellationToken).ConfigureAwait(false) is not { } timestamp)
            {
                return;
            }

            await send(number, timestamp).ConfigureAwait(false);
            Interlocked.Increment(ref _sent);
        }
    }

    /// <summary>A message came back.</summary>
    public void OnEcho(long timestamp) => RoundTrips.Record(time.GetElapsedTime(timestamp).Ticks * TimeSpan.NanosecondsPerTick);
}
