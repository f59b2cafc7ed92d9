using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using UDPack.Diagnostics;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack.Handshakes;

/// <summary>
/// Runs the expensive part of handshakes on the thread pool: at most so many at a time, at most so many waiting. Validators
/// that take their time hold no worker; ones that never answer are given up at the handshake timeout.
/// </summary>
internal sealed partial class HandshakeWorkers : IDisposable
{
    private const int JobsPerTurn = 16;

    private readonly Action _wake;

    private readonly UdpackListenerOptions _options;
    private readonly EventLoopPost _post;
    private readonly ILogger _logger;
    private readonly ListenerLog _log;

    // One each: refused tokens, which anyone can cause, must not hide a broken validator.
    private readonly LogLimit _refusals;
    private readonly LogLimit _timeouts;
    private readonly LogLimit _failures;
    private readonly ConcurrentQueue<(HandshakeJob Job, TokenVerdict? Verdict)> _queue = new();
    private readonly CancellationTokenSource _stop = new();

    // Usable after the source's disposal, when a validator may only just have been called.
    private readonly CancellationToken _stopping;
    private int _queued;
    private bool _moreWait;
    private int _active;
    private int _validating;

    public HandshakeWorkers(UdpackListenerOptions options, EventLoopPost post, Action wake, ILogger logger, ListenerLog log)
    {
        _options = options;
        _post = post;
        _wake = wake;
        _logger = logger;
        _log = log;
        _refusals = new LogLimit(options.TimeProvider);
        _timeouts = new LogLimit(options.TimeProvider);
        _failures = new LogLimit(options.TimeProvider);
        _stopping = _stop.Token;
    }

    /// <summary>Gives a finished job back to its endpoint, on the loop.</summary>
    internal delegate void EventLoopPost(HandshakeJob job);

    /// <summary>How many jobs wait here.</summary>
    public int Waiting => Volatile.Read(ref _queued);

    /// <summary>
    /// Whether another job may wait here: one for each worker, so that none idles. The others wait at the endpoint, which knows whose turn it is.
    /// </summary>
    public bool HasRoom => Waiting < Math.Min(_options.HandshakeWorkers, _options.HandshakeQueueLength);

    /// <summary>Whether jobs wait elsewhere; the loop is woken when there is room for one.</summary>
    public bool MoreWait
    {
        get => Volatile.Read(ref _moreWait);
        set
        {
            Volatile.Write(ref _moreWait, value);

            // Before the next look at the room: a worker makes some first, and looks at this after.
            Interlocked.MemoryBarrier();
        }
    }

    public void Add(HandshakeJob job) => Enqueue(job, null);

    private void Work()
    {
        while (true)
        {
            for (var done = 0; _queue.TryDequeue(out var item); done++)
            {
                Interlocked.Decrement(ref _queued);
                if (MoreWait && HasRoom)
                {
                    _wake();
                }

                Run(item.Job, item.Verdict);
                done += item.Job.IsExpensive ? JobsPerTurn : 0;
                if (done >= JobsPerTurn && !_queue.IsEmpty)
                {
                    // Behind whatever else waits for the pool: handlers and validators run there too.
                    _options.Network.Queue(static workers => workers.Work(), this);
                    return;
                }
            }

            Interlocked.Decrement(ref _active);

            // Something may have been queued after the last look, when this worker still counted as active.
            if (_queue.IsEmpty || !TryBecomeActive())
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private void Enqueue(HandshakeJob job, TokenVerdict? verdict)
    {
        Interlocked.Increment(ref _queued);
        _queue.Enqueue((job, verdict));
        if (TryBecomeActive())
        {
            _options.Network.Queue(static workers => workers.Work(), this);
        }
    }

    private bool TryBecomeActive()
    {
        var active = Volatile.Read(ref _active);
        while (active < _options.HandshakeWorkers)
        {
            var seen = Interlocked.CompareExchange(ref _active, active + 1, active);
            if (seen == active)
            {
                return true;
            }

            active = seen;
        }

        return false;
    }

    private void Run(HandshakeJob job, TokenVerdict? verdict)
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        try
        {
            job.Trace ??= ServerTracing.StartHandshake(_options.Name);
            if (verdict is not null)
            {
                Finish(job, verdict);
                return;
            }

            if (!Open(job))
            {
                _post(job);
            }
            else if (job.NeedsVerdict)
            {
                Validate(job);
            }
            else
            {
                job.Accept(null);
                _post(job);
            }
        }
#pragma warning disable CA1031 // A key store or validator of the application, or a broken platform key: one handshake fails, not the server.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(job, exception);
        }
    }

    /// <summary>A key store that throws leaves nothing to authenticate a refusal with: the handshake is forgotten, and the client's retry begins anew.</summary>
    private bool Open(HandshakeJob job)
    {
        try
        {
            var keys = _options.Keys.Current;
            var isOpen = job.Open(keys.Find);
            if (job is { Outcome: JobOutcome.Dropped, DropReason: DropReason.UnknownKey })
            {
                _log.OnUnknownKey(job.RemoteAddress, job.KeyId, keys);
            }

            return isOpen;
        }
#pragma warning disable CA1031 // A key store of the application, or a broken platform key: one handshake fails, not the server.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailure(exception);
            return false;
        }
    }

    private void Validate(HandshakeJob job)
    {
        // Those left behind count too: a validator that hangs for good must not be started without end.
        if (Volatile.Read(ref _validating) >= _options.MaxPendingHandshakes)
        {
            Refuse(job, HandshakeRejection.Busy);
            return;
        }

        var context = new TokenValidationContext(
            job.Token, SocketAddresses.ToEndPoint(job.RemoteAddress), _options.Name, job.Algorithm);
        CancellationTokenSource? timeout = new(_options.HandshakeTimeout, _options.TimeProvider);
        try
        {
            var verdict = CallValidator(job, context, timeout.Token);
            if (verdict.IsCompletedSuccessfully)
            {
                Finish(job, verdict.Result);
                return;
            }

            _ = AwaitVerdictAsync(job, verdict, timeout);
            timeout = null;
        }
        finally
        {
            timeout?.Dispose();
        }
    }

    private ValueTask<TokenVerdict> CallValidator(HandshakeJob job, TokenValidationContext context, CancellationToken cancellationToken)
    {
        if (job.Trace is not Activity span)
        {
            return _options.TokenValidator.ValidateAsync(context, cancellationToken);
        }

        // What the validator asks of others belongs to the handshake.
        var before = Activity.Current;
        Activity.Current = span;
        try
        {
            return _options.TokenValidator.ValidateAsync(context, cancellationToken);
        }
        finally
        {
            Activity.Current = before;
        }
    }

    private async Task AwaitVerdictAsync(HandshakeJob job, ValueTask<TokenVerdict> pending, CancellationTokenSource timeout)
    {
        using (timeout)
        {
            try
            {
                using var stopping = _stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), timeout);

                // A validator that ignores its cancellation is left behind; its verdict, should it come, is ignored.
                var verdict = await CountedAsync(pending).WaitAsync(timeout.Token).ConfigureAwait(false);
                Enqueue(job, verdict ?? throw NoVerdict());
            }
            catch (Exception) when (_stopping.IsCancellationRequested)
            {
                // The listener stopped: nobody is left to answer.
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested)
            {
                if (_timeouts.Allows())
                {
                    LogValidatorTimeout(_options.Name, _options.HandshakeTimeout);
                }

                Refuse(job, HandshakeRejection.Unspecified);
            }
#pragma warning disable CA1031 // The application's validator: one handshake fails, not the server.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Fail(job, exception);
            }
        }
    }

    private async Task<TokenVerdict> CountedAsync(ValueTask<TokenVerdict> pending)
    {
        Interlocked.Increment(ref _validating);
        try
        {
            return await pending.ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _validating);
        }
    }

    private void Finish(HandshakeJob job, TokenVerdict? verdict)
    {
        if (verdict is null)
        {
            Fail(job, NoVerdict());
        }
        else if (verdict.Succeeded)
        {
            job.Accept(verdict);
            _post(job);
        }
        else
        {
            if (_refusals.Allows())
            {
                LogTokenRefused(_options.Name, SocketAddresses.ToEndPoint(job.RemoteAddress), verdict.FailureReason!);
            }

            Refuse(job, HandshakeRejection.TokenRefused);
        }
    }

    private static InvalidOperationException NoVerdict() => new("The token validator returned null.");

    private void Fail(HandshakeJob job, Exception exception)
    {
        LogFailure(exception);
        Refuse(job, HandshakeRejection.Unspecified);
    }

    private void LogFailure(Exception exception)
    {
        if (!_stopping.IsCancellationRequested && _failures.Allows())
        {
            LogHandshakeFailed(exception, _options.Name);
        }
    }

    private void Refuse(HandshakeJob job, HandshakeRejection reason)
    {
        try
        {
            job.Refuse(reason);
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // The endpoint is gone and has zeroed what the job needs.
            return;
        }

        _post(job);
    }
}
