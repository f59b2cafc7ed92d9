namespace FileTransfer;

/// <summary>The section FileTransfer of the configuration; server and client read what concerns them.</summary>
internal sealed class FileTransferOptions
{
    public const string Section = "FileTransfer";

    /// <summary>What the client shows and the server expects; at least 16 characters.</summary>
    public string Token { get; set; } = "";

    /// <summary>The server's folder, made if it is not there; --root sets it.</summary>
    public string Root { get; set; } = "files";

    /// <summary>The largest file that is taken, by either side, in bytes.</summary>
    public long MaxFileBytes { get; set; } = 1L << 30;

    /// <summary>How fast one file may go, in bytes per second, so that others on the line have their share; null: as fast as can be.</summary>
    public long? MaxBytesPerSecond { get; set; }

    /// <summary>How many files a client transfers at the same time, each on a stream of its own.</summary>
    public int FilesAtOnce { get; set; } = 4;

    /// <summary>How long the server keeps a partial file that nobody goes on with.</summary>
    public TimeSpan PartLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>A client that gets nothing done for this long stops trying.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The first rule that is broken, as a sentence for the user; null if all is well.</summary>
    public string? FindProblem() => this switch
    {
        { Token.Length: < 16 } => "FileTransfer:Token is not set, or shorter than 16 characters. Set the environment variable FileTransfer__Token to a long random text, the same for server and clients.",
        { MaxFileBytes: < 1 } => "FileTransfer:MaxFileBytes must be at least 1.",
        { MaxBytesPerSecond: < 1024 } => "FileTransfer:MaxBytesPerSecond must be at least 1024.",
        { FilesAtOnce: < 1 or > 16 } => "FileTransfer:FilesAtOnce is not in 1 to 16.",
        _ => null,
    };
}
