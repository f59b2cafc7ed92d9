using System.Net;
using UDPack.Protocol;
using UDPack.Protocol.Sessions;

namespace UDPack.Clients;

/// <summary>One attempt to connect, between the caller who waits and the loop where it happens.</summary>
internal sealed class Connecting(ClientSocket socket, IPEndPoint remote, Action<ConnectHint> onTrouble) : IConnectEvents
{
    private readonly TaskCompletionSource<UdpackSession> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set on the loop.</summary>
    public ClientHandshake? Handshake { get; set; }

    public bool ObservesHandshakes => socket.ObservesHandshakes;

    public async Task<UdpackSession> WaitAsync(CancellationToken cancellationToken)
    {
        await using var cancellation = cancellationToken.UnsafeRegister(
            static connecting => ((Connecting)connecting!).Cancel(), this).ConfigureAwait(false);
        try
        {
            return await _result.Task.ConfigureAwait(false);
        }
        catch (TaskCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    public void OnConnected(long now, Session session)
    {
        var adopted = socket.Adopt(this, session);
        if (!_result.TrySetResult(adopted))
        {
            adopted.Abort();
        }
    }

    public void OnFailed(in ConnectFailure failure)
    {
        socket.Forget(this);
        if (failure.Kind == ConnectFailureKind.Cancelled)
        {
            // By the client's end, or by the caller, who has his answer by now.
            OnSocketClosed();
        }
        else
        {
            _result.TrySetException(ConnectErrors.Create(failure, remote));
        }
    }

    public void OnHandshakeStep(in HandshakeStep step) => socket.Report(step);

    public void OnTrouble(ConnectHint hint) => onTrouble(hint);

    public void OnSocketFull() => _result.TrySetException(new UdpackException(
        UdpackError.TooManySessions, "One client has at most 60,000 sessions. Make another UdpackClient for more."));

    public void OnSocketClosed() => _result.TrySetException(new ObjectDisposedException(nameof(UdpackClient)));

    private void Cancel()
    {
        // The caller is answered now; the loop puts the handshake, or a session that came just then, away.
        _result.TrySetCanceled();
        socket.Cancel(this);
    }
}
