namespace FileTransfer.Messages;

/// <summary>Why a stream is aborted, for the other side to see; codes below 256 are the protocol's.</summary>
internal static class AbortCodes
{
    /// <summary>Another client, or this one after a broken connection, goes on with the same file.</summary>
    public const ushort TakenOver = 256;

    /// <summary>The other side does not keep to the order of messages, or to the size it said.</summary>
    public const ushort BadRequest = 257;
}
