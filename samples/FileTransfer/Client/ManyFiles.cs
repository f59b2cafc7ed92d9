using FileTransfer.Client.Progress;
using FileTransfer.Files;
using Microsoft.Extensions.Options;

namespace FileTransfer.Client;

/// <summary>Transfers some files at a time, and shows how far each is. One that fails does not stop the others.</summary>
internal sealed class ManyFiles(Uploader uploader, Downloader downloader, ITransferDisplay display, IOptions<FileTransferOptions> options)
{
    private delegate Task Transfer(ITransferProgress progress);

    public Task UploadAsync(string file, string name, CancellationToken cancellationToken) =>
        RunAsync([("upload", name, progress => uploader.RunAsync(file, name, progress, cancellationToken))], cancellationToken);

    /// <summary>All files of a folder, but not those in folders in it.</summary>
    public Task UploadAsync(string folder, CancellationToken cancellationToken) => RunAsync(
        [.. Directory.EnumerateFiles(folder)
            .Select(file => (File: file, Name: Path.GetFileName(file)))
            .Where(file => FileNames.IsValid(file.Name))
            .Select(file => ("upload", file.Name, (Transfer)(progress => uploader.RunAsync(file.File, file.Name, progress, cancellationToken))))],
        cancellationToken);

    public Task DownloadAsync(string name, string file, CancellationToken cancellationToken)
    {
        var path = Directory.Exists(file) ? Path.Combine(file, name) : file;
        return RunAsync([("download", name, progress => downloader.RunAsync(name, path, progress, cancellationToken))], cancellationToken);
    }

    public async Task DownloadAllAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var entries = await downloader.ListAsync(cancellationToken);
        await RunAsync(
            [.. entries.Select(entry => ("download", entry.Name, (Transfer)(progress =>
                downloader.RunAsync(entry.Name, Path.Combine(folder, entry.Name), progress, cancellationToken))))],
            cancellationToken);
    }

    private async Task RunAsync(IReadOnlyList<(string What, string Name, Transfer Transfer)> transfers, CancellationToken cancellationToken)
    {
        using var places = new SemaphoreSlim(options.Value.FilesAtOnce);
        Exception?[] failures = [];
        await display.ShowAsync(async add => failures = await Task.WhenAll(transfers.Select(transfer => RunOneAsync(transfer, add))));
        var failed = failures.OfType<Exception>().ToList();
        if (failed.Count > 0)
        {
            throw new InvalidOperationException(
                transfers.Count == 1 ? failed[0].Message : $"{failed.Count} of {transfers.Count} files failed, the first with: {failed[0].Message}", failed[0]);
        }

        async Task<Exception?> RunOneAsync((string What, string Name, Transfer Transfer) transfer, Func<string, ITransferProgress> add)
        {
            await places.WaitAsync(cancellationToken);
            var progress = add($"{transfer.What} {transfer.Name}");
            try
            {
                await transfer.Transfer(progress);
                return null;
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                progress.Fail(exception.Message);
                return exception;
            }
            finally
            {
                places.Release();
            }
        }
    }
}
