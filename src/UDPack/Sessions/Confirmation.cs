using UDPack.Protocol;

namespace UDPack.Sessions;

/// <summary>Lets an application wait for the peer's acknowledgement of one packet.</summary>
/// <param name="whenLost">What went wrong, if session or stream end before.</param>
internal sealed class Confirmation(Func<Exception> whenLost)
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), IPacketConfirmation
{
    /// <summary>Waits for what becomes of the packet.</summary>
    /// <param name="abandoned">Fires when the loop will not tell.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitAsync(CancellationToken abandoned, CancellationToken cancellationToken)
    {
        using var registration = abandoned.UnsafeRegister(static confirmation => ((Confirmation)confirmation!).OnLost(), this);
        await Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void OnAcknowledged() => TrySetResult();

    public void OnExpired() => TrySetException(new UdpackException(
        UdpackError.PacketExpired, "The packet was given up: it was not acknowledged within the stream's deadline. It may have arrived all the same."));

    public void OnLost() => TrySetException(whenLost());
}
