namespace FileTransfer.Client;

/// <summary>The server does not do what was asked, or what came of it is wrong.</summary>
internal sealed class RefusedException(string message, bool again) : IOException(message)
{
    /// <summary>Whether it may work when tried again.</summary>
    public bool Again => again;
}
