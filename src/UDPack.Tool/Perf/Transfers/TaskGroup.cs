namespace UDPack.Tool.Perf.Transfers;

/// <summary>Tasks that stand and fall together.</summary>
internal static class TaskGroup
{
    /// <summary>Waits for all, but no longer than until the first fails. The others end with the session that the caller then gives up.</summary>
    public static async Task AllAsync(params IReadOnlyList<Task> tasks)
    {
        try
        {
            await foreach (var task in Task.WhenEach(tasks).ConfigureAwait(false))
            {
                await task.ConfigureAwait(false);
            }
        }
        catch
        {
            foreach (var task in tasks)
            {
                // Whatever else fails fails for the same reason.
                _ = task.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }

            throw;
        }
    }
}
