using FileTransfer.Files;
using FileTransfer.Messages;
using Microsoft.Extensions.Logging;
using UDPack;
using UDPack.Hosting;

namespace FileTransfer.Server;

/// <summary>Each stream is one request; the streams of a session run beside each other.</summary>
internal sealed partial class FileHandler(FileStore store, Upload upload, Download download, ILogger<FileHandler> logger) : UdpackPacketHandler
{
    protected override async ValueTask OnStreamAsync(UdpackSession session, UdpackStream stream, CancellationToken cancellationToken)
    {
        try
        {
            switch (await TransferJson.ReceiveAsync(stream, cancellationToken))
            {
                case PutFile put:
                    await upload.RunAsync(put, stream, cancellationToken);
                    break;
                case GetFile get:
                    await download.RunAsync(get, stream, cancellationToken);
                    break;
                case ListFiles:
                    await ListAsync(stream, cancellationToken);
                    break;
                default:
                    throw new InvalidDataException("The request is none.");
            }
        }
        catch (InvalidDataException exception)
        {
            LogBadRequest(session.Id, stream.Id, exception.Message);
            stream.Abort(AbortCodes.BadRequest);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or (IOException and not UdpackException))
        {
            // The disk is full, or the folder is not writable: the client may try again when somebody has seen the log.
            LogDiskFailed(exception, session.Id);
            await TransferJson.SendAsync(stream, new Refused("the server cannot read or write its files", Again: true), cancellationToken);
        }
    }

    // Nothing is said outside of streams.
    protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        session.Abort(AbortCodes.BadRequest);
        return ValueTask.CompletedTask;
    }

    private async Task ListAsync(UdpackStream stream, CancellationToken cancellationToken)
    {
        foreach (var entry in store.List())
        {
            await TransferJson.SendAsync(stream, entry, cancellationToken);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "session {Session:x8}, stream {Stream}: {Problem}")]
    private partial void LogBadRequest(uint session, uint stream, string problem);

    [LoggerMessage(2, LogLevel.Error, "session {Session:x8}: files cannot be read or written")]
    private partial void LogDiskFailed(Exception exception, uint session);
}
