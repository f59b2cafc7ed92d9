using UDPack.Protocol.Delivery;

namespace UDPack;

public sealed partial class UdpackStream
{
    private volatile EndNote? _end;

    private Exception CreateSendException() =>
        _end is null or { Cause: StreamEndCause.Completed } && _loopSide.AbortCode is null && Volatile.Read(ref _isCompleting) != 0
            ? _isDisposed ? new ObjectDisposedException(nameof(UdpackStream)) : new InvalidOperationException("This side of the stream has completed its writes.")
            : CreateEndException();

    private Exception CreateReadException() =>
        _end is null or { Cause: StreamEndCause.Completed } && _loopSide.AbortCode is null
            ? new ObjectDisposedException(nameof(UdpackStream))
            : CreateEndException();

    private Exception CreateEndException() => (_end?.Cause, _loopSide.AbortCode) switch
    {
        (StreamEndCause.SessionEnded, _) => Session.CreateEndException(),
        (StreamEndCause.AbortedByPeer, _) => Aborted("The peer", _end!.Code),
        (StreamEndCause.Aborted, _) => Aborted("This side", _end!.Code),
        (_, { } code) => Aborted("This side", code),
        (null, null) => Session.CreateEndException(),
        _ => new InvalidOperationException("The stream is over."),
    };

    private static UdpackException Aborted(string who, ushort code) =>
        new(UdpackError.StreamAborted, $"{who} gave the stream up (code {code}{Meaning(code)}).") { ApplicationCode = code };

    private static string Meaning(ushort code) => code switch
    {
        StreamAbortCode.Cancelled => ", cancelled",
        StreamAbortCode.Refused => ", refused",
        StreamAbortCode.HandlerFailed => ", its handler failed",
        _ => string.Empty,
    };

    /// <summary>The session's loop hangs: see <see cref="UdpackSession.Abandon"/>.</summary>
    internal void Abandon()
    {
        _end ??= new EndNote(StreamEndCause.SessionEnded, 0);
        Outgoing.End(CreateSendException);
        _received.End(CreateEndException);
        FailCloses();
    }

    private void OnEnded(in StreamEnd end, bool readsAreOver)
    {
        _end = new EndNote(end.Cause, end.Code);
        Session.OnStreamOver(this);
        Outgoing.End(CreateSendException);
        switch (end.Cause)
        {
            case StreamEndCause.Completed:
                _writesClosed.TrySetResult();
                _readsClosed.TrySetResult();
                _received.End(null);
                return;
            case StreamEndCause.Aborted:
            case StreamEndCause.AbortedByPeer when !readsAreOver:
                // It counts as taken, so nobody may keep it.
                _received.Fail(CreateEndException);
                break;
            case StreamEndCause.AbortedByPeer:
                // The peer sent all it had before it gave up what this side sends: that is still to be read.
                break;
            default:
                _received.End(CreateEndException);
                break;
        }

        if (end.Cause != StreamEndCause.SessionEnded)
        {
            Session.OnStreamGivenUp(this);
        }

        FailCloses();
    }

    private void FailCloses()
    {
        _writesClosed.TrySetException(CreateEndException());
        _readsClosed.TrySetException(CreateEndException());

        // Whoever never looks at them must not hear of unobserved exceptions.
        _ = _writesClosed.Task.Exception;
        _ = _readsClosed.Task.Exception;
    }

    private sealed record EndNote(StreamEndCause Cause, ushort Code);
}
