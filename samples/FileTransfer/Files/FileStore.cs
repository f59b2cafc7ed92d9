using System.Collections.Concurrent;
using FileTransfer.Messages;
using Microsoft.Extensions.Options;

namespace FileTransfer.Files;

/// <summary>The server's folder: complete files, and partial ones that uploads left behind.</summary>
internal sealed class FileStore
{
    private readonly ConcurrentDictionary<string, Holder> _uploads = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, (long Size, DateTime Changed, string Hash)> _hashes = new(StringComparer.Ordinal);
    private readonly FileTransferOptions _options;
    private readonly TimeProvider _time;

    public FileStore(IOptions<FileTransferOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        Root = Directory.CreateDirectory(_options.Root).FullName;
    }

    public string Root { get; }

    /// <summary>Where a file of that name is, or will be.</summary>
    /// <exception cref="ArgumentException">The name is not one that files here may have.</exception>
    public string PathOf(string name) =>
        FileNames.FindProblem(name) is { } problem ? throw new ArgumentException(problem, nameof(name)) : Path.Combine(Root, name);

    /// <summary>
    /// Makes an upload the only one of its file. One that is under way already is told to stop, and waited for: most likely its client comes again
    /// after its connection broke.
    /// </summary>
    public async Task<Holder> HoldAsync(string name, CancellationToken cancellationToken)
    {
        var holder = new Holder(this, name);
        while (!_uploads.TryAdd(name, holder))
        {
            if (_uploads.TryGetValue(name, out var former))
            {
                former.TakeOver();
                await former.Released.WaitAsync(cancellationToken);
            }
        }

        return holder;
    }

    /// <summary>Opens a file to read, and says what it is; null if there is none.</summary>
    public async Task<(FileStream File, Content Content)?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        FileStream file;
        try
        {
            // An upload of the same name may replace it meanwhile; who reads, reads the former to its end.
            file = new FileStream(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is FileNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }

        try
        {
            var changed = File.GetLastWriteTimeUtc(file.SafeFileHandle);
            if (!_hashes.TryGetValue(name, out var known) || known.Size != file.Length || known.Changed != changed)
            {
                known = (file.Length, changed, await FileHash.OfAsync(file, cancellationToken));
                _hashes[name] = known;
            }

            return (file, new Content(known.Size, known.Hash));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the file is there already, with this very content.</summary>
    public async Task<bool> HasAsync(PutFile put, CancellationToken cancellationToken)
    {
        var there = new FileInfo(PathOf(put.Name));
        if (!there.Exists || there.Length != put.Size || await OpenAsync(put.Name, cancellationToken) is not var (file, content))
        {
            return false;
        }

        await file.DisposeAsync();
        return content.Hash == put.Hash;
    }

    public IEnumerable<FileEntry> List() => new DirectoryInfo(Root)
        .EnumerateFiles()
        .Where(file => FileNames.IsValid(file.Name))
        .OrderBy(file => file.Name, StringComparer.Ordinal)
        .Select(file => new FileEntry(file.Name, file.Length, file.LastWriteTimeUtc));

    /// <summary>Deletes partial files that nobody went on with for long; returns how many.</summary>
    public int DeleteOldParts()
    {
        var deleted = 0;
        foreach (var part in new DirectoryInfo(Root).EnumerateFiles($"*{PartFile.Extension}"))
        {
            if (_time.GetUtcNow() - part.LastWriteTimeUtc > _options.PartLifetime)
            {
                part.Delete();
                deleted++;
            }
        }

        return deleted;
    }

    /// <summary>Who uploads a file.</summary>
    internal sealed class Holder(FileStore store, string name) : IDisposable
    {
        private readonly CancellationTokenSource _takenOver = new();
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Fires when another upload of the file has come.</summary>
        public CancellationToken TakenOver => _takenOver.Token;

        public Task Released => _released.Task;

        public void TakeOver() => _takenOver.Cancel();

        public void Dispose()
        {
            store._uploads.TryRemove(new(name, this));
            _released.TrySetResult();
        }
    }
}
