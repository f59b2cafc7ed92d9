using UDPack.Tool.Output;

namespace UDPack.Tool.Pipes;

/// <summary>What both ends of a pipe have in common: standard input and output, and what is told of them.</summary>
internal sealed record PipeEnd
{
    /// <summary>What to send; null for nothing.</summary>
    public required Stream? Input { get; init; }

    /// <summary>Where what is received goes.</summary>
    public required Stream Output { get; init; }

    public required PipeLog Log { get; init; }

    /// <summary>Where to show progress; null for nowhere.</summary>
    public TextWriter? Progress { get; init; }

    /// <summary>Moves everything both ways.</summary>
    /// <inheritdoc cref="PipeTransfer.RunAsync"/>
    public async Task TransferAsync(UdpackStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var transfer = new PipeTransfer(stream, Input, Output);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var showing = Progress is null ? Task.CompletedTask : new ProgressLine(Progress, time).RunAsync(new PipeProgress(transfer).Describe, end.Token);
        try
        {
            await transfer.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await showing.ConfigureAwait(false);
        }

        Log.Finished(PipeSummary.Of(stream.Session, transfer, time.GetElapsedTime(start)));
    }
}
