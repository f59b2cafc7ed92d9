using System.Diagnostics.CodeAnalysis;

namespace UDPack.Hosting.Clients;

/// <summary>
/// A connection's sessions, one after the other. Whoever reads packets goes from link to link and misses none; whoever sends
/// wants the latest. Written by the connection's driver only.
/// </summary>
internal sealed class SessionChain
{
    private Link? _latest;
    private TaskCompletionSource<Link?> _next = NewPromise();

    /// <summary>The latest session, which may have ended.</summary>
    public Link? Latest => Volatile.Read(ref _latest);

    public void Add(UdpackSession session)
    {
        // The latest first: who reads them in the other order sees the link, or is told of it.
        var (told, next) = (_next, NewPromise());
        var link = new Link(session, next);
        Volatile.Write(ref _latest, link);
        Volatile.Write(ref _next, next);
        told.SetResult(link);
    }

    /// <summary>No session will follow.</summary>
    public void End() => _next.TrySetResult(null);

    /// <summary>The first link a reader sees: the latest there is, or the first to come; null if none ever comes.</summary>
    public Task<Link?> FirstAsync()
    {
        var next = Volatile.Read(ref _next).Task;
        return Latest is { } latest ? Task.FromResult<Link?>(latest) : next;
    }

    /// <summary>A session that lives, if there is one now; else where the next will be announced.</summary>
    public bool TryGetLive([NotNullWhen(true)] out UdpackSession? session, out Task<Link?> next)
    {
        next = Volatile.Read(ref _next).Task;
        var latest = Latest;
        session = latest is { Session.IsClosing: false } ? latest.Session : null;
        return session is not null;
    }

    private static TaskCompletionSource<Link?> NewPromise() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal sealed class Link(UdpackSession session, TaskCompletionSource<Link?> next)
    {
        public UdpackSession Session => session;

        /// <summary>The link after this one; null if the connection closes first.</summary>
        public Task<Link?> NextAsync => next.Task;
    }
}
