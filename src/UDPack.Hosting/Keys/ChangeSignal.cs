using Microsoft.Extensions.Primitives;

namespace UDPack.Hosting.Keys;

/// <summary>A change token that can be fired again and again.</summary>
#pragma warning disable CA1001 // Its sources have no timer and no wait handle, so there is nothing to dispose; a token may outlive the signal.
internal sealed class ChangeSignal
#pragma warning restore CA1001
{
    private CancellationTokenSource _source = new();

    public IChangeToken Token => new CancellationChangeToken(Volatile.Read(ref _source).Token);

    public void Fire() => Interlocked.Exchange(ref _source, new CancellationTokenSource()).Cancel();
}
