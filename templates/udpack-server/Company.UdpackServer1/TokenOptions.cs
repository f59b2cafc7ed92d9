namespace Company.UdpackServer1;

/// <summary>The section Tokens of the configuration.</summary>
public sealed class TokenOptions
{
    /// <summary>The tokens that clients may connect with.</summary>
    public IList<string> Accepted { get; } = [];
}
