using FileTransfer.Files;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FileTransfer.Server;

/// <summary>Deletes old partial files, at the start and once an hour.</summary>
internal sealed partial class PartCleaner(FileStore store, TimeProvider time, ILogger<PartCleaner> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (store.DeleteOldParts() is > 0 and var deleted)
                {
                    LogDeleted(deleted);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                LogFailed(exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(30, LogLevel.Information, "deleted {Count} partial files that nobody went on with")]
    private partial void LogDeleted(int count);

    [LoggerMessage(31, LogLevel.Warning, "old partial files cannot be deleted: {Problem}")]
    private partial void LogFailed(string problem);
}
