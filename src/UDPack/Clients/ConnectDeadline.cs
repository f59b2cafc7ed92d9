using System.Globalization;

namespace UDPack.Clients;

/// <summary>When one connect has taken as long as it may.</summary>
internal sealed class ConnectDeadline(UdpackClientOptions options)
{
    private readonly long _began = options.TimeProvider.GetTimestamp();

    /// <summary>How long is left; null if there is no limit.</summary>
    public TimeSpan? Remaining
    {
        get
        {
            var left = options.ConnectTimeout - options.TimeProvider.GetElapsedTime(_began);
            return left < TimeSpan.Zero ? TimeSpan.Zero : left;
        }
    }

    /// <summary>Does what comes before the first datagram, for no longer than is left.</summary>
    /// <param name="problem">What it means if that is too short.</param>
    /// <param name="action">What to do; it need not heed its token.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="UdpackException">It took too long (<see cref="UdpackError.ConnectTimeout"/>), or what the action throws.</exception>
    public async ValueTask<T> WithinAsync<T>(string problem, Func<CancellationToken, ValueTask<T>> action, CancellationToken cancellationToken)
    {
        if (Remaining is not { } limit)
        {
            return await action(cancellationToken).ConfigureAwait(false);
        }

        using var timer = new CancellationTokenSource(limit, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await action(either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UdpackException(
                UdpackError.ConnectTimeout,
                string.Create(CultureInfo.InvariantCulture, $"No connection to {ServerName.Describe(options.RemoteEndPoint)} within {options.ConnectTimeout!.Value.TotalSeconds:0.0} s: {problem}."),
                exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }
}
