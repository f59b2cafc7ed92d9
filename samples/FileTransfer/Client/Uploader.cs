using FileTransfer.Client.Progress;
using FileTransfer.Files;
using FileTransfer.Messages;
using Microsoft.Extensions.Options;
using UDPack;

namespace FileTransfer.Client;

/// <summary>Gives a file to the server.</summary>
internal sealed class Uploader(Attempts attempts, IOptions<FileTransferOptions> options, TimeProvider time)
{
    /// <exception cref="IOException">The file cannot be read, the server refuses it, or is away for too long.</exception>
    public async Task RunAsync(string path, string name, ITransferProgress progress, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
        var size = file.Length;
        if (size > options.Value.MaxFileBytes)
        {
            throw new RefusedException($"the file has {size} bytes, more than FileTransfer:MaxFileBytes", again: false);
        }

        var hash = await FileHash.OfAsync(file, cancellationToken);
        await attempts.RunAsync(AttemptAsync, progress.Interrupt, cancellationToken);
        progress.Complete(hash);

        async Task AttemptAsync(UdpackStream stream)
        {
            await TransferJson.SendAsync(stream, new PutFile(name, size, hash), cancellationToken);
            var resume = await Attempts.ExpectAsync<Resume>(stream, cancellationToken);
            if (resume.Offset < 0 || resume.Offset > size)
            {
                throw new InvalidDataException("The server has more than there is.");
            }

            progress.Begin(resume.Offset, size);
            file.Position = resume.Offset;
            await FileSender.SendAsync(file, stream, new Pace(options.Value.MaxBytesPerSecond, time), progress.Advance, cancellationToken);
            await Attempts.ExpectAsync<Stored>(stream, cancellationToken);
        }
    }
}
