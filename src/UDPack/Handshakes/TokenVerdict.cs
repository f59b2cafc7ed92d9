using System.Security.Claims;

namespace UDPack;

/// <summary>A token validator's verdict.</summary>
public sealed class TokenVerdict
{
    private static readonly TokenVerdict Anonymous = new(true, null, null, null);

    private TokenVerdict(bool succeeded, ClaimsPrincipal? user, DateTimeOffset? expiresAt, string? reason)
    {
        Succeeded = succeeded;
        User = user;
        ExpiresAt = expiresAt;
        FailureReason = reason;
    }

    /// <summary>Whether the token is accepted.</summary>
    public bool Succeeded { get; }

    /// <summary>Who the client is; becomes <see cref="UdpackSession.User"/>.</summary>
    public ClaimsPrincipal? User { get; }

    /// <summary>When the session must end, whatever happens; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>Why the token was refused: logged on the server, never sent.</summary>
    public string? FailureReason { get; }

    /// <summary>Accepts the token.</summary>
    public static TokenVerdict Success(ClaimsPrincipal? user = null, DateTimeOffset? expiresAt = null) =>
        user is null && expiresAt is null ? Anonymous : new(true, user, expiresAt, null);

    /// <summary>Refuses the token.</summary>
    /// <param name="reason">For the server's log; the client only learns that authentication failed.</param>
    public static TokenVerdict Failure(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new(false, null, null, reason);
    }
}
