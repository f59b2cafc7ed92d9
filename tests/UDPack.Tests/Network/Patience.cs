using UDPack.Loop;

namespace UDPack.Tests.Network;

/// <summary>Waiting for real signals, with one generous limit so that a hang fails instead of hanging the run.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task Soon(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task Soon(this ValueTask task) => task.AsTask().WaitAsync(Limit);

    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    /// <summary>Ends when the token fires.</summary>
    public static Task Fired(this CancellationToken token)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(() => fired.TrySetResult());
        return fired.Task.Soon();
    }

    /// <summary>Ends when the loop has made a whole turn that began after this call, or has ended.</summary>
    public static async Task TurnAsync(this EventLoop loop)
    {
        for (var i = 0; i < 2; i++)
        {
            var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(_ => turned.TrySetResult());
            await Task.WhenAny(turned.Task, loop.Completion).Soon();
        }
    }

    /// <summary>Makes the loop turn until the condition holds.</summary>
    public static async Task TurnsUntil(this EventLoop loop, Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await loop.TurnAsync();
        }
    }
}
