namespace UDPack.Sessions;

/// <summary>Streams the peer opened, until the application takes them; those that the peer gives up before leave it.</summary>
internal sealed class StreamAcceptQueue
{
    private readonly LinkedList<UdpackStream> _waiting = new();
    private readonly Queue<TaskCompletionSource<UdpackStream>> _acceptors = new();
    private Func<Exception>? _end;

    /// <summary>Gives the stream to who waits, or keeps it.</summary>
    public void Add(UdpackStream stream)
    {
        lock (_waiting)
        {
            while (_acceptors.TryDequeue(out var acceptor))
            {
                if (acceptor.TrySetResult(stream))
                {
                    return;
                }
            }

            _waiting.AddLast(stream);
        }
    }

    /// <summary>The peer gave the stream up: if nobody took it yet, nobody will.</summary>
    public void Remove(UdpackStream stream)
    {
        lock (_waiting)
        {
            _waiting.Remove(stream);
        }
    }

    public async ValueTask<UdpackStream> TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource<UdpackStream> acceptor;
        lock (_waiting)
        {
            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                return first.Value;
            }

            if (_end is not null)
            {
                throw _end();
            }

            acceptor = new TaskCompletionSource<UdpackStream>(TaskCreationOptions.RunContinuationsAsynchronously);
            _acceptors.Enqueue(acceptor);
        }

        using var cancellation = cancellationToken.UnsafeRegister(
            static (acceptor, token) => ((TaskCompletionSource<UdpackStream>)acceptor!).TrySetCanceled(token), acceptor);
        return await acceptor.Task.ConfigureAwait(false);
    }

    /// <summary>The session ended: what was opened before may still be taken.</summary>
    public void End(Func<Exception> exception)
    {
        lock (_waiting)
        {
            _end ??= exception;
            while (_acceptors.TryDequeue(out var acceptor))
            {
                acceptor.TrySetException(exception());
            }
        }
    }
}
