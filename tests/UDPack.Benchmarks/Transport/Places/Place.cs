namespace UDPack.Benchmarks.Transport.Places;

/// <summary>Where the two processes of a measurement run, and what lies between them.</summary>
internal abstract class Place : IDisposable
{
    public abstract string ServerAddress { get; }

    /// <summary>The command that brings the server to its place.</summary>
    public abstract IReadOnlyList<string> ServerLauncher { get; }

    /// <summary>The command that brings the client to its place.</summary>
    public abstract IReadOnlyList<string> ClientLauncher { get; }

    /// <summary>How the link kept to what it should do since the place was made; null where nothing is emulated.</summary>
    public abstract LinkHealth? ReadHealth();

    public abstract void Dispose();
}
