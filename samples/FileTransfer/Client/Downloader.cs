using FileTransfer.Client.Progress;
using FileTransfer.Files;
using FileTransfer.Messages;
using Microsoft.Extensions.Options;
using UDPack;

namespace FileTransfer.Client;

/// <summary>Takes files from the server.</summary>
internal sealed class Downloader(Attempts attempts, IOptions<FileTransferOptions> options)
{
    /// <exception cref="IOException">The file cannot be written, the server has none, or is away for too long.</exception>
    public async Task RunAsync(string name, string path, ITransferProgress progress, CancellationToken cancellationToken)
    {
        var hash = "";
        await attempts.RunAsync(AttemptAsync, progress.Interrupt, cancellationToken);
        progress.Complete(hash);

        async Task AttemptAsync(UdpackStream stream)
        {
            await TransferJson.SendAsync(stream, new GetFile(name), cancellationToken);
            var content = await Attempts.ExpectAsync<Content>(stream, cancellationToken);
            hash = content.Hash;
            if (content.Size < 0 || content.Size > options.Value.MaxFileBytes || !FileHash.IsHash(hash))
            {
                throw new RefusedException($"the file has {content.Size} bytes, more than FileTransfer:MaxFileBytes", again: false);
            }

            await using var part = await PartFile.OpenAsync(path, hash, content.Size, cancellationToken);
            progress.Begin(part.Length, content.Size);
            await TransferJson.SendAsync(stream, new Resume(part.Length), cancellationToken);
            await FileReceiver.ReceiveAsync(stream, part, content.Size, progress.Advance, cancellationToken);
            if (!await part.TryCompleteAsync())
            {
                throw new RefusedException("what arrived does not have the SHA-256 that was announced", again: true);
            }
        }
    }

    /// <summary>The server's files.</summary>
    public async Task<IReadOnlyList<FileEntry>> ListAsync(CancellationToken cancellationToken)
    {
        var entries = new List<FileEntry>();
        await attempts.RunAsync(AttemptAsync, static _ => { }, cancellationToken);
        return entries;

        async Task AttemptAsync(UdpackStream stream)
        {
            entries.Clear();
            await TransferJson.SendAsync(stream, new ListFiles(), cancellationToken);
            while (await TransferJson.ReceiveAsync(stream, cancellationToken) is { } answer)
            {
                // The names become file names here: a server may not choose where they lie.
                if (answer is FileEntry entry && FileNames.IsValid(entry.Name))
                {
                    entries.Add(entry);
                }
            }
        }
    }
}
