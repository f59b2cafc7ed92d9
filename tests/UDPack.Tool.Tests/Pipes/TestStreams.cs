namespace UDPack.Tool.Tests.Pipes;

/// <summary>Input that waits, like a terminal, until it is ended.</summary>
/// <param name="first">How many bytes there are before it waits.</param>
internal sealed class EndlessStream(int first = 0) : MemoryStream
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _first = first;

    public int Reads { get; private set; }

    public void End() => _end.SetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Reads++;
        if (_first > 0)
        {
            var count = Math.Min(_first, buffer.Length);
            _first -= count;
            return count;
        }

        await _end.Task;
        return 0;
    }
}

/// <summary>Output that tells of the first write that has something in it.</summary>
internal sealed class SignalStream : MemoryStream
{
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Written => _written.Task;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > 0)
        {
            _written.TrySetResult();
        }

        return default;
    }
}

/// <summary>Output whose reader went away.</summary>
internal sealed class BrokenStream : MemoryStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.Length == 0 ? default : ValueTask.FromException(new IOException("Broken pipe"));
}

/// <summary>Output that takes nothing until a gate opens.</summary>
internal sealed class GatedStream(ManualResetEventSlim gate) : MemoryStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => gate.Wait(cancellationToken), cancellationToken));
}

/// <summary>Input of a size, which says when all of it was read.</summary>
internal sealed class CountingStream(long size) : MemoryStream
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _position;

    public Task Ended => _ended.Task;

    public override long Position
    {
        get => Interlocked.Read(ref _position);
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = (int)Math.Min(buffer.Length, size - Position);
        Interlocked.Add(ref _position, count);
        if (count == 0)
        {
            _ended.TrySetResult();
        }

        return ValueTask.FromResult(count);
    }
}
