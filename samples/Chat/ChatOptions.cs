namespace Chat;

/// <summary>The section Chat of the configuration.</summary>
internal sealed class ChatOptions
{
    public const string Section = "Chat";

    /// <summary>What tokens are signed with; at least 16 characters. Server and issuer of tokens have it, clients with a token need none.</summary>
    public string Secret { get; set; } = "";

    /// <summary>How long a token is good for; a session ends with its token.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How many messages of a group are kept for those who join.</summary>
    public int HistoryLength { get; set; } = 20;

    /// <summary>How many events may wait for one client; a client that is slower than that misses some, and is told how many.</summary>
    public int QueueLength { get; set; } = 256;

    /// <summary>How many groups there may be.</summary>
    public int MaxGroups { get; set; } = 1000;

    /// <summary>How many groups one person may be in.</summary>
    public int MaxGroupsPerPerson { get; set; } = 20;

    /// <summary>The first rule that is broken, as a sentence for the user; null if all is well.</summary>
    public string? FindProblem() => this switch
    {
        { Secret.Length: < 16 } => "Chat:Secret is not set, or shorter than 16 characters. Set the environment variable Chat__Secret to a long random text, the same for the server and for 'token'.",
        { HistoryLength: < 0 or > 1000 } => "Chat:HistoryLength is not in 0 to 1000.",
        { QueueLength: < 16 or > 100_000 } => "Chat:QueueLength is not in 16 to 100000.",
        { MaxGroups: < 1 } or { MaxGroupsPerPerson: < 1 } => "Chat:MaxGroups and Chat:MaxGroupsPerPerson must be at least 1.",
        _ when TokenLifetime < TimeSpan.FromMinutes(1) => "Chat:TokenLifetime is shorter than a minute.",
        _ => null,
    };
}
