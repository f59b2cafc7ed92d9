using System.Security.Claims;

namespace UDPack;

/// <summary>A token validator's verdict.</summary>
public sealed class TokenValidationResult
{
    private static readonly TokenValidationResult Anonymous = new(true, null, null, null);

    private TokenValidationResult(bool succeeded, ClaimsPrincipal? user, DateTimeOffset? expiresAt, string? reason)
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
    public static TokenValidationResult Success(ClaimsPrincipal? user = null, DateTimeOffset? expiresAt = null) =>
        user is null && expiresAt is null ? Anonymous : new(true, user, expiresAt, null);

    /// <summary>Refuses the token.</summary>
    /// <param name="reason">For the server's log; the client only learns that authentication failed.</param>
    public static TokenValidationResult Failure(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new(false, null, null, reason);
    }
}
