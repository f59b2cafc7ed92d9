using System.Net;
using UDPack.Protocol;

namespace UDPack.Clients;

/// <summary>
/// One connect to a server that may be at several addresses (RFC 8305, 5): the best begins, each further one begins a moment later or as soon as one before
/// it failed, and the first session wins.
/// </summary>
internal sealed class AddressRace(EndPoint server, IPEndPoint[] addresses, TimeProvider time, AddressRace.Connect connect)
{
    /// <summary>How long an address has for itself; RFC 8305 recommends it.</summary>
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long to wait for those under way when one refused the token. It may have gone to another first, and be good for one use; but a token that is
    /// simply wrong is to be told soon.
    /// </summary>
    private static readonly TimeSpan PatienceAfterRefusal = TimeSpan.FromSeconds(1);

    private readonly List<(IPEndPoint Address, Task<UdpackSession> Attempt)> _running = [];
    private readonly List<(IPEndPoint Address, UdpackException Error)> _failures = [];
    private volatile TaskCompletionSource _hurry = NewSignal();
    private UdpackException? _refusal;
    private Task? _patience;
    private int _begun;

    /// <summary>Connects to one address, and tells when it does not go well.</summary>
    public delegate Task<UdpackSession> Connect(IPEndPoint address, Action<ConnectHint> onTrouble, CancellationToken cancellationToken);

    /// <summary>The first session.</summary>
    /// <exception cref="UdpackException">No address gave one.</exception>
    public async Task<UdpackSession> RunAsync(CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                if (_refusal is null && _begun < addresses.Length)
                {
                    Begin(addresses[_begun++], done.Token);
                }
                else if (_running.Count == 0)
                {
                    throw CreateError();
                }

                if (await WaitAsync(done.Token).ConfigureAwait(false) is { } session)
                {
                    return session;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Whose token fired is a matter of this race and the caller's alone.
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            foreach (var (_, attempt) in _running)
            {
                _ = PutAwayAsync(attempt);
            }
        }
    }

    private void Begin(IPEndPoint address, CancellationToken cancellationToken)
    {
        var hurry = _hurry = NewSignal();
        _running.Add((address, connect(address, _ => hurry.TrySetResult(), cancellationToken)));
    }

    /// <summary>Waits for a session, or until the next address is to begin.</summary>
    private async Task<UdpackSession?> WaitAsync(CancellationToken cancellationToken)
    {
        using var wait = new CancellationTokenSource();
        Task[] others = _patience is not null ? [_patience]
            : _begun < addresses.Length ? [Task.Delay(Stagger, time, wait.Token), _hurry.Task]
            : [];
        try
        {
            while (true)
            {
                Task[] awaited = [.. _running.Select(static running => running.Attempt), .. others];
                var first = await Task.WhenAny(awaited).ConfigureAwait(false);
                if (first == _patience && _refusal is { } refusal)
                {
                    // Cancelled with the race, if the caller gave up.
                    await first.ConfigureAwait(false);
                    throw refusal;
                }

                var i = _running.FindIndex(running => running.Attempt == first);
                if (i < 0)
                {
                    return null;
                }

                var (address, attempt) = _running[i];
                _running.RemoveAt(i);
                try
                {
                    return await attempt.ConfigureAwait(false);
                }
                catch (UdpackException exception)
                {
                    if (!GoesOnAfter(address, exception, cancellationToken))
                    {
                        throw;
                    }

                    return null;
                }
            }
        }
        finally
        {
            await wait.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Whether another address may do better. A server that refused the token has spoken for all that were not asked yet.</summary>
    private bool GoesOnAfter(IPEndPoint address, UdpackException failure, CancellationToken cancellationToken)
    {
        _failures.Add((address, failure));
        if (failure.Error == UdpackError.AuthenticationFailed)
        {
            if (_refusal is null)
            {
                // One second from here, however many of the others fail within it.
                _refusal = failure;
                _patience = Task.Delay(PatienceAfterRefusal, time, cancellationToken);
            }

            return _running.Count > 0;
        }

        return addresses.Length > 1
            && failure.Error is UdpackError.ConnectTimeout or UdpackError.HandshakeFailed or UdpackError.ServerFull or UdpackError.BindFailed;
    }

    private UdpackException CreateError()
    {
        if (_refusal is { } refusal)
        {
            return refusal;
        }

        // A refusal says more than silence.
        UdpackError[] telling = [UdpackError.HandshakeFailed, UdpackError.ServerFull, UdpackError.ConnectTimeout];
        var error = telling.Cast<UdpackError?>().FirstOrDefault(error => _failures.Exists(failure => failure.Error.Error == error)) ?? _failures[^1].Error.Error;
        var tried = string.Join(" ", _failures.Select(static (failure, i) => $"[{i + 1}] udp://{failure.Address}: {failure.Error.Message}"));
        return new UdpackException(
            error,
            $"No connection to {ServerName.Describe(server)}; all of its {addresses.Length} addresses failed. {tried}",
            new AggregateException(_failures.Select(static failure => failure.Error)));
    }

    /// <summary>Ends the session of an attempt that came too late.</summary>
    private static async Task PutAwayAsync(Task<UdpackSession> attempt)
    {
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.IsCompletedSuccessfully)
        {
            (await attempt.ConfigureAwait(false)).Abort();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
