using FileTransfer.Files;
using FileTransfer.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UDPack;

namespace FileTransfer.Server;

/// <summary>Gives a file to a client.</summary>
internal sealed partial class Download(FileStore store, IOptions<FileTransferOptions> options, TimeProvider time, ILogger<Download> logger)
{
    /// <exception cref="InvalidDataException">The client wants to go on where nothing is.</exception>
    public async Task RunAsync(GetFile get, UdpackStream stream, CancellationToken cancellationToken)
    {
        if (FileNames.FindProblem(get.Name) is { } problem)
        {
            LogRefused(get.Name, problem);
            await TransferJson.SendAsync(stream, new Refused(problem), cancellationToken);
            return;
        }

        if (await store.OpenAsync(get.Name, cancellationToken) is not var (file, content))
        {
            await TransferJson.SendAsync(stream, new Refused("the server has no such file"), cancellationToken);
            return;
        }

        await using (file)
        {
            await TransferJson.SendAsync(stream, content, cancellationToken);
            var offset = await TransferJson.ReceiveAsync(stream, cancellationToken) is Resume resume ? resume.Offset : -1;
            if (offset < 0 || offset > content.Size)
            {
                throw new InvalidDataException($"The download of {get.Name} cannot go on at {offset}.");
            }

            LogBegins(get.Name, offset, content.Size);
            file.Position = offset;
            await FileSender.SendAsync(file, stream, new Pace(options.Value.MaxBytesPerSecond, time), static _ => { }, cancellationToken);
            await stream.WritesClosed.WaitAsync(cancellationToken);
            LogSent(get.Name);
        }
    }

    [LoggerMessage(20, LogLevel.Information, "download of {Name} from {Offset} of {Size} bytes")]
    private partial void LogBegins(string name, long offset, long size);

    [LoggerMessage(21, LogLevel.Information, "download of {Name} is complete")]
    private partial void LogSent(string name);

    [LoggerMessage(22, LogLevel.Warning, "download of {Name} is refused: {Problem}")]
    private partial void LogRefused(string name, string problem);
}
