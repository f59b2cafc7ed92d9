namespace UDPack;

/// <summary>A failure of a UDPack operation. <see cref="Error"/> says which; the message says what to do about it.</summary>
public sealed class UdpackException : IOException
{
    /// <summary>Creates the exception.</summary>
    public UdpackException(UdpackError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>What went wrong.</summary>
    public UdpackError Error { get; }

    /// <summary>The 16-bit code the application on the other side gave when it ended the session, if any.</summary>
    public ushort? ApplicationCode { get; init; }
}
