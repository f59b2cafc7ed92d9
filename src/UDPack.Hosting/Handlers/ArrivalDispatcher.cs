using System.Runtime.ExceptionServices;
using UDPack.Sessions;

namespace UDPack.Hosting.Handlers;

/// <summary>
/// Calls a handler for the streams and messages of one session as they arrive, on the pool. Nothing of it waits while nothing
/// arrives, so that a session without streams pays for none.
/// </summary>
internal sealed class ArrivalDispatcher(UdpackPacketHandler handler, UdpackSession session) : IArrivalObserver
{
    private readonly UdpackNetwork _network = handler.Host?.Network ?? UdpackNetwork.System;
    private readonly Lock _gate = new();
    private int _streams;
    private bool _handlesMessages;
    private bool _valuesFirst;
    private bool _isCompleting;
    private bool _isCompleted;
    private ExceptionDispatchInfo? _failure;
    private TaskCompletionSource? _idle;

    /// <summary>Whether a call runs.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
            {
                return _streams > 0 || _handlesMessages;
            }
        }
    }

    public void OnStreamWaits() => _network.Queue(static self => self.TakeStreams(), this);

    public void OnMessageWaits()
    {
        lock (_gate)
        {
            if (_handlesMessages || _isCompleted || _failure is not null)
            {
                return;
            }

            _handlesMessages = true;
        }

        _network.Queue(static self => _ = self.HandleMessagesAsync(), this);
    }

    /// <summary>Ends when no call runs and nothing waits any more; nothing is called after it. Throws what the handling of a message threw.</summary>
    public async Task CompleteAsync()
    {
        lock (_gate)
        {
            _isCompleting = true;
        }

        // What arrived was acknowledged to the peer already.
        TakeStreams();
        Task? idle = null;
        lock (_gate)
        {
            if (_streams > 0 || _handlesMessages)
            {
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                idle = _idle.Task;
            }
            else
            {
                _isCompleted = true;
            }
        }

        if (idle is not null)
        {
            await idle.ConfigureAwait(false);
        }

        _failure?.Throw();
    }

    private void TakeStreams()
    {
        while (true)
        {
            UdpackStream? stream;
            lock (_gate)
            {
                // The peer's limit holds for open streams only; one it aborts leaves its call behind.
                if (_isCompleted || _streams >= session.MaxStreams || !session.TryAcceptStream(out stream))
                {
                    return;
                }

                _streams++;
            }

            _network.Queue(static work => _ = work.Self.HandleStreamAsync(work.Stream), (Self: this, Stream: stream));
        }
    }

    private async Task HandleStreamAsync(UdpackStream stream)
    {
        using var logScope = handler.Host?.BeginLogScope(session);
        try
        {
            await handler.HandleStreamAsync(session, stream).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (session.CloseRequested.IsCancellationRequested)
        {
            // Asked to finish, and finished by giving up: a normal end.
            stream.Abort();
        }
        catch (UdpackException) when (stream.IsOver || session.IsClosing)
        {
            // The peer or the network ended it under the handler's feet; that is no fault of the handler.
            stream.Abort();
        }
#pragma warning disable CA1031 // Whatever it throws ends its stream and nothing else.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            stream.AbortAsFailed();
            handler.Host?.OnStreamFailed(exception, handler, stream);
        }

        lock (_gate)
        {
            _streams--;
        }

        TakeStreams();
        lock (_gate)
        {
            CheckIdle();
        }
    }

    private async Task HandleMessagesAsync()
    {
        using var logScope = handler.Host?.BeginLogScope(session);
        try
        {
            while (TryTakeMessage(out var message))
            {
                using (message)
                {
                    await handler.HandleMessageAsync(session, message).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (session.IsClosing && exception is UdpackException or OperationCanceledException)
        {
            StopHandlingMessages(null);
        }
#pragma warning disable CA1031 // It is thrown again where the session's handler ends.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            StopHandlingMessages(ExceptionDispatchInfo.Capture(exception));
            session.AbortFor(GoAwayReason.HandlerFailed);
        }
    }

    private bool TryTakeMessage(out UdpackPacket message)
    {
        lock (_gate)
        {
            // In turns, so that a flood of one kind does not starve the other.
            _valuesFirst = !_valuesFirst;
            if (_valuesFirst
                ? session.TryReceiveLatest(out message) || session.TryReceiveDatagram(out message)
                : session.TryReceiveDatagram(out message) || session.TryReceiveLatest(out message))
            {
                return true;
            }

            // Inside the lock: one that arrives from now on finds nobody and starts anew.
            _handlesMessages = false;
            CheckIdle();
            return false;
        }
    }

    private void StopHandlingMessages(ExceptionDispatchInfo? failure)
    {
        lock (_gate)
        {
            _failure = failure;
            _handlesMessages = false;
            CheckIdle();
        }
    }

    private void CheckIdle()
    {
        if (_isCompleting && _streams == 0 && !_handlesMessages)
        {
            _isCompleted = true;
            _idle?.TrySetResult();
        }
    }
}
