using System.Security.Cryptography;

namespace FileTransfer.Files;

/// <summary>
/// A file that is not complete yet: <c>NAME.HASH.part</c> beside where it will be. What it becomes is in its name, so what was begun for one content is never
/// gone on with for another; how far it is, is its length. Only the right content gets the file's name, in one step.
/// </summary>
internal sealed class PartFile : IAsyncDisposable
{
    public const string Extension = ".part";

    private readonly string _target;
    private readonly string _hash;
    private readonly FileStream _file;
    private readonly IncrementalHash _content;

    private PartFile(string target, string hash, FileStream file, IncrementalHash content)
    {
        _target = target;
        _hash = hash;
        _file = file;
        _content = content;
    }

    /// <summary>How many bytes are there.</summary>
    public long Length => _file.Length;

    /// <summary>Opens what is there, or an empty one.</summary>
    /// <param name="target">The file it becomes.</param>
    /// <param name="hash">The content's SHA-256.</param>
    /// <param name="size">The content's length; a part that is longer is begun anew.</param>
    /// <param name="cancellationToken">The content that is there is read, which takes time.</param>
    /// <exception cref="IOException">Somebody else has it open, or it cannot be written.</exception>
    public static async Task<PartFile> OpenAsync(string target, string hash, long size, CancellationToken cancellationToken)
    {
        // Nothing is buffered in this process: when it is killed, what it wrote is there.
        var file = new FileStream(PathOf(target, hash), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        var content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            if (file.Length > size)
            {
                file.SetLength(0);
            }

            await AppendAsync(content, file, cancellationToken);
        }
        catch
        {
            content.Dispose();
            await file.DisposeAsync();
            throw;
        }

        return new PartFile(target, hash, file, content);
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(bytes, cancellationToken);
        _content.AppendData(bytes.Span);
    }

    /// <summary>Gives the file its name, if its content is the right one; deletes it if not.</summary>
    public async Task<bool> TryCompleteAsync()
    {
        var isRight = Convert.ToHexStringLower(_content.GetHashAndReset()) == _hash;
        if (isRight)
        {
            _file.Flush(flushToDisk: true);
        }

        await _file.DisposeAsync();
        var path = PathOf(_target, _hash);
        if (isRight)
        {
            File.Move(path, _target, overwrite: true);
        }
        else
        {
            File.Delete(path);
        }

        return isRight;
    }

    public async ValueTask DisposeAsync()
    {
        _content.Dispose();
        await _file.DisposeAsync();
    }

    private static string PathOf(string target, string hash) => $"{target}.{hash.AsSpan(0, 16)}{Extension}";

    private static async Task AppendAsync(IncrementalHash content, FileStream file, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken)) > 0)
        {
            content.AppendData(buffer.AsSpan(0, read));
        }
    }
}
