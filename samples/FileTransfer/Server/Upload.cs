using FileTransfer.Files;
using FileTransfer.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UDPack;

namespace FileTransfer.Server;

/// <summary>Takes a file from a client.</summary>
internal sealed partial class Upload(FileStore store, IOptions<FileTransferOptions> options, ILogger<Upload> logger)
{
    /// <exception cref="InvalidDataException">The client sends other bytes than it said.</exception>
    public async Task RunAsync(PutFile put, UdpackStream stream, CancellationToken cancellationToken)
    {
        if (FindProblem(put) is { } problem)
        {
            LogRefused(put.Name, problem);
            await TransferJson.SendAsync(stream, new Refused(problem), cancellationToken);
            return;
        }

        using var holder = await store.HoldAsync(put.Name, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, holder.TakenOver);
        try
        {
            if (await store.HasAsync(put, stop.Token))
            {
                // Perhaps the client missed the answer the last time.
                LogThere(put.Name);
                await TransferJson.SendAsync(stream, new Resume(put.Size), stop.Token);
                await TransferJson.SendAsync(stream, new Stored(), stop.Token);
                return;
            }

            await using var part = await PartFile.OpenAsync(store.PathOf(put.Name), put.Hash, put.Size, stop.Token);
            await TakeAsync(put, part, stream, stop.Token);
        }
        catch (OperationCanceledException) when (holder.TakenOver.IsCancellationRequested)
        {
            LogTakenOver(put.Name);
            stream.Abort(AbortCodes.TakenOver);
        }
    }

    private async Task TakeAsync(PutFile put, PartFile part, UdpackStream stream, CancellationToken cancellationToken)
    {
        LogBegins(put.Name, part.Length, put.Size);
        await TransferJson.SendAsync(stream, new Resume(part.Length), cancellationToken);
        await FileReceiver.ReceiveAsync(stream, part, put.Size, static _ => { }, cancellationToken);

        if (await part.TryCompleteAsync())
        {
            LogStored(put.Name, put.Size, put.Hash);
            await TransferJson.SendAsync(stream, new Stored(), cancellationToken);
        }
        else
        {
            LogWrong(put.Name);
            await TransferJson.SendAsync(stream, new Refused("what arrived does not have the SHA-256 that was announced", Again: true), cancellationToken);
        }
    }

    private string? FindProblem(PutFile put) =>
        FileNames.FindProblem(put.Name) is { } problem ? problem
        : put.Size < 0 || !FileHash.IsHash(put.Hash) ? "size or SHA-256 is none"
        : put.Size > options.Value.MaxFileBytes ? $"a file may have {options.Value.MaxFileBytes} bytes, and this has {put.Size}"
        : Directory.Exists(store.PathOf(put.Name)) ? "that is a folder"
        : null;

    [LoggerMessage(10, LogLevel.Information, "upload of {Name} from {Offset} of {Size} bytes")]
    private partial void LogBegins(string name, long offset, long size);

    [LoggerMessage(11, LogLevel.Information, "upload of {Name} is complete: {Size} bytes, SHA-256 {Hash}")]
    private partial void LogStored(string name, long size, string hash);

    [LoggerMessage(12, LogLevel.Warning, "upload of {Name} is wrong and thrown away: its SHA-256 is another")]
    private partial void LogWrong(string name);

    [LoggerMessage(13, LogLevel.Information, "upload of {Name} is taken over by another")]
    private partial void LogTakenOver(string name);

    [LoggerMessage(15, LogLevel.Information, "upload of {Name} is not needed: the same is here")]
    private partial void LogThere(string name);

    [LoggerMessage(14, LogLevel.Warning, "upload of {Name} is refused: {Problem}")]
    private partial void LogRefused(string name, string problem);
}
