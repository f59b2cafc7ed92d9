namespace FileTransfer.Client.Progress;

/// <summary>How far one file is.</summary>
internal interface ITransferProgress
{
    /// <summary>It begins, or goes on after an interruption, with so many bytes there already.</summary>
    void Begin(long offset, long size);

    void Advance(int bytes);

    /// <summary>The connection is lost; it will be tried again.</summary>
    void Interrupt(string why);

    void Complete(string hash);

    void Fail(string why);
}
