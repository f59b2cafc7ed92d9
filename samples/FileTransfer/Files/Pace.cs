namespace FileTransfer.Files;

/// <summary>Keeps a transfer below a rate: whoever is early waits.</summary>
internal sealed class Pace(long? bytesPerSecond, TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    private readonly long _start = time.GetTimestamp();
    private long _bytes;

    public Task WaitAsync(int bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate)
        {
            return Task.CompletedTask;
        }

        _bytes += bytes;
        var early = TimeSpan.FromSeconds((double)_bytes / rate) - time.GetElapsedTime(_start);
        return early < Shortest ? Task.CompletedTask : Task.Delay(early, time, cancellationToken);
    }
}
