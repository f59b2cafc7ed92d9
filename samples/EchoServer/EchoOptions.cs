namespace EchoServer;

/// <summary>The section Echo of the configuration.</summary>
internal sealed class EchoOptions
{
    /// <summary>The tokens clients may come with.</summary>
    public IList<string> Tokens { get; } = [];
}
