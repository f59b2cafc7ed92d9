using System.Diagnostics.CodeAnalysis;

namespace UDPack.Sessions;

/// <summary>Streams the peer opened, until the application takes them; those that the peer gives up before leave it.</summary>
internal sealed class StreamAcceptQueue
{
    private readonly LinkedList<UdpackStream> _waiting = new();
    private readonly LinkedList<TaskCompletionSource<UdpackStream>> _acceptors = new();
    private Func<Exception>? _end;

    public bool IsEmpty
    {
        get
        {
            lock (_waiting)
            {
                return _waiting.Count == 0;
            }
        }
    }

    /// <summary>Gives the stream to who waits, or keeps it: then true.</summary>
    public bool Add(UdpackStream stream)
    {
        lock (_waiting)
        {
            while (_acceptors.First is { } first)
            {
                _acceptors.RemoveFirst();
                if (first.Value.TrySetResult(stream))
                {
                    return false;
                }
            }

            stream.AcceptNode = _waiting.AddLast(stream);
            return true;
        }
    }

    /// <summary>The stream was given up: if nobody took it yet, nobody will.</summary>
    public void Remove(UdpackStream stream)
    {
        lock (_waiting)
        {
            if (stream.AcceptNode is { } node)
            {
                stream.AcceptNode = null;
                _waiting.Remove(node);
            }
        }
    }

    public bool TryTake([NotNullWhen(true)] out UdpackStream? stream)
    {
        lock (_waiting)
        {
            stream = _waiting.First?.Value;
            if (stream is null)
            {
                return false;
            }

            stream.AcceptNode = null;
            _waiting.RemoveFirst();
            return true;
        }
    }

    public async ValueTask<UdpackStream> TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource<UdpackStream>> acceptor;
        lock (_waiting)
        {
            if (TryTake(out var stream))
            {
                return stream;
            }

            if (_end is not null)
            {
                throw _end();
            }

            acceptor = _acceptors.AddLast(new TaskCompletionSource<UdpackStream>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        using var cancellation = cancellationToken.UnsafeRegister((_, token) => Cancel(acceptor, token), null);
        return await acceptor.Value.Task.ConfigureAwait(false);
    }

    /// <summary>The session ended: what was opened before may still be taken.</summary>
    public void End(Func<Exception> exception)
    {
        lock (_waiting)
        {
            _end ??= exception;
            while (_acceptors.First is { } first)
            {
                _acceptors.RemoveFirst();
                first.Value.TrySetException(exception());
            }
        }
    }

    private void Cancel(LinkedListNode<TaskCompletionSource<UdpackStream>> acceptor, CancellationToken token)
    {
        lock (_waiting)
        {
            if (acceptor.List is not null)
            {
                _acceptors.Remove(acceptor);
            }
        }

        acceptor.Value.TrySetCanceled(token);
    }
}
