using System.Text;
using UDPack.Protocol;
using UDPack.Protocol.Handshake;

namespace UDPack;

/// <summary>
/// Writes the secrets of sessions, so that captures of them can be decrypted with <c>udpack inspect</c> or Wireshark. For
/// finding faults only: whoever has the file and a capture reads everything, tokens included. The format is in
/// docs/inspect.md. Thread-safe; one log may serve many clients and listeners. Dispose it after them.
/// </summary>
public sealed class UdpackKeyLog : IKeyLogSink, IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // One for all logs: two of them may append to the same file.
    private static readonly Lock Gate = new();

    private readonly FileStream? _file;
    private readonly TextWriter? _writer;
    private bool _isOver;

    /// <summary>Opens a file to append to, or creates it such that only its owner can read and write it.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="IOException">The file cannot be written, or it exists and is a link or others than its owner may read it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public UdpackKeyLog(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (new FileInfo(path).LinkTarget is not null)
        {
            // It may have been put there to have the lines appended to some file of this user. In a folder that others may write, this is
            // no more than a hint: they can put it there a moment later.
            throw new IOException($"The key log {Path.GetFullPath(path)} is a link. Delete it, or name the file it leads to.");
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
        {
            file.Dispose();
            throw new IOException($"The key log {Path.GetFullPath(path)} can be read or written by users other than its owner. Restrict it (chmod 600) or delete it.");
        }

        _file = file;
    }

    /// <summary>Writes to a writer instead of a file. It is used under a lock and is not disposed.</summary>
    public UdpackKeyLog(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
    }

    /// <summary>
    /// What ended the log early, such as a full disk; null while all is well. A log that fails ends, its sessions go on.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <summary>Raised once, by whichever thread the log failed on.</summary>
    internal event Action<Exception>? Failed;

    /// <summary>Closes the file. What happens afterwards is not logged.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            _isOver = true;
            _file?.Dispose();
        }
    }

    void IKeyLogSink.OnShakehand(PayloadHash shakehand, ReadOnlySpan<byte> keyAndNonce) =>
        Append($"{KeyLogLabels.Shakehand} {Hex(shakehand)} {Convert.ToHexStringLower(keyAndNonce)}\n");

    void IKeyLogSink.OnSession(
        PayloadHash shakehand, uint sessionId, CipherAlgorithm algorithm, ReadOnlySpan<byte> clientToServer, ReadOnlySpan<byte> serverToClient)
    {
        var session = $"{Hex(shakehand)} {sessionId:x8} {(int)algorithm:x2}";
        Append(
            $"{KeyLogLabels.Client} {session} {Convert.ToHexStringLower(clientToServer)}\n"
            + $"{KeyLogLabels.Server} {session} {Convert.ToHexStringLower(serverToClient)}\n");
    }

    private static string Hex(PayloadHash hash)
    {
        Span<byte> bytes = stackalloc byte[PayloadHash.Size];
        hash.CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private void Append(string lines)
    {
        if (TryAppend(lines) is not { } failure)
        {
            return;
        }

        try
        {
            Failed?.Invoke(failure);
        }
#pragma warning disable CA1031 // A logger that throws must not end the handshake either.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>What the log fails with now; null if it does not.</summary>
    private Exception? TryAppend(string lines)
    {
        lock (Gate)
        {
            if (_isOver)
            {
                return null;
            }

            try
            {
                if (_file is not null)
                {
                    // Where the file ends now, not where this log left it: others may write to it too.
                    RandomAccess.Write(_file.SafeFileHandle, Encoding.ASCII.GetBytes(lines), RandomAccess.GetLength(_file.SafeFileHandle));
                }
                else
                {
                    _writer!.Write(lines);
                }
            }
#pragma warning disable CA1031 // A disk or an application's writer; called in the middle of a handshake, which goes on without the log.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Failure = exception;
                _isOver = true;
            }

            return Failure;
        }
    }
}
