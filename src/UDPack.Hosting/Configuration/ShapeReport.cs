namespace UDPack.Hosting.Configuration;

/// <summary>What is wrong with the shape of a section, and which keys the binder cannot be given for it.</summary>
internal sealed class ShapeReport
{
    private readonly HashSet<string> _unreadable = new(StringComparer.OrdinalIgnoreCase);

    public static ShapeReport None { get; } = new();

    public List<string> Problems { get; } = [];

    /// <param name="key">The key and all below it are left out.</param>
    /// <param name="problem">What is wrong with it.</param>
    public void Add(string key, string problem)
    {
        _unreadable.Add(key);
        Problems.Add(problem);
    }

    public bool IsUnreadable(string key) => _unreadable.Contains(key);

    /// <summary>Whether a mistake names this key, as the one to correct or the one that was meant: that it is not set is then no news.</summary>
    public bool Names(string key) => IsUnreadable(key) || Problems.Exists(problem => problem.EndsWith($"Did you mean {key}?", StringComparison.OrdinalIgnoreCase));
}
