namespace UDPack.Sessions;

/// <summary>
/// Held by a session that ended with packets unread. They count in the endpoint's memory until they are read or the session is disposed; an application that
/// does neither lets go of the session some day, and then the collector has the packets and this gives their count back. Without it the endpoint's memory
/// would seem used for ever.
/// </summary>
/// <param name="whenUnreachable">Called by the finalizer's thread.</param>
internal sealed class UnreadAtEnd(Action whenUnreachable) : IDisposable
{
    ~UnreadAtEnd() => whenUnreachable();

    /// <summary>Nothing is left to be read.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}
