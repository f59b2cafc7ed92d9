using System.Buffers.Binary;

namespace UDPack.Protocol.Paths;

/// <summary>
/// Whether the peer is where it seems to be now (RFC 9000 §8.2, §9): a path that datagrams came by is asked for an answer before it counts, and is sent
/// at most three times what came from it.
/// </summary>
internal struct PathValidation
{
    /// <summary>It is asked with a ping.</summary>
    public const int ChallengeSize = PingRounds.PayloadSize;

    public const int MaxChallenges = 4;

    /// <summary>RFC 9000 §8.1.</summary>
    private const int AmplificationFactor = 3;

    private const long LongestWait = 1_000_000;

    // Made when it is needed: most peers never move.
    private Candidate? _candidate;

    /// <summary>When the next challenge is due; <see cref="long.MaxValue"/> for none.</summary>
    public readonly long Deadline => _candidate?.DueAt ?? long.MaxValue;

    /// <summary>A verified datagram came by another path than the session's. False if that path is news: see <see cref="Begin"/>.</summary>
    public readonly bool TryCount(long now, in NetworkPath path, int length)
    {
        if (_candidate is not { } known || known.Path != path)
        {
            return false;
        }

        known.Received += length;
        if (known.IsLimited)
        {
            known.IsLimited = false;
            known.DueAt = now;
        }

        return true;
    }

    /// <summary>Begins to ask whether the peer is at the end of this path.</summary>
    /// <param name="now">Microseconds.</param>
    /// <param name="path">Where the newest datagram came by.</param>
    /// <param name="received">Its length.</param>
    /// <param name="challenge">What only somebody who reads the answer can know.</param>
    public void Begin(long now, in NetworkPath path, int received, ulong challenge) =>
        _candidate = new Candidate { Path = path, Received = received, Challenge = challenge, DueAt = now };

    /// <summary>The peer is still where it was, or has moved.</summary>
    public void Forget() => _candidate = null;

    /// <summary>Whether a challenge is to be written now: how large at most, what and where to.</summary>
    /// <param name="now">Microseconds.</param>
    /// <param name="smallest">What a challenge takes at least.</param>
    /// <param name="largest">The largest datagram that every path carries.</param>
    /// <param name="length">How large the datagram may be.</param>
    /// <param name="challenge">What it carries.</param>
    /// <param name="path">Its way.</param>
    public bool TryChallenge(long now, int smallest, int largest, out int length, out ulong challenge, out NetworkPath path)
    {
        (length, challenge, path) = (0, 0, default);
        if (_candidate is not { } candidate || candidate.DueAt > now)
        {
            return false;
        }

        if (candidate.Challenges >= MaxChallenges)
        {
            // What comes from there later is a reason to try again: the way back may only have been bad for a while.
            _candidate = null;
            return false;
        }

        length = (int)Math.Min(largest, (AmplificationFactor * candidate.Received) - candidate.Sent);
        if (length < smallest)
        {
            candidate.IsLimited = true;
            candidate.DueAt = long.MaxValue;
            return false;
        }

        (challenge, path) = (candidate.Challenge, candidate.Path);
        return true;
    }

    /// <summary>The challenge was sent.</summary>
    public readonly void OnChallengeSent(long now, int length, long probeTimeout)
    {
        if (_candidate is { } candidate)
        {
            candidate.Sent += length;

            // The known path's round trips say little about this one, least of all when they have become long.
            candidate.DueAt = now + (Math.Min(probeTimeout, LongestWait) << candidate.Challenges);
            candidate.Challenges++;
        }
    }

    /// <summary>Whether this answer proves that the peer is there.</summary>
    public readonly bool IsProvenBy(in NetworkPath path, ReadOnlySpan<byte> answer) =>
        _candidate is { } candidate
        && candidate.Path == path
        && answer.Length == ChallengeSize
        && BinaryPrimitives.ReadUInt64BigEndian(answer) == candidate.Challenge;

    /// <summary>A path the peer seems to be on, not proven yet.</summary>
    private sealed class Candidate
    {
        public required NetworkPath Path { get; init; }

        public required ulong Challenge { get; init; }

        public long Received { get; set; }

        public long Sent { get; set; }

        public int Challenges { get; set; }

        /// <summary>The next challenge waits until more has come from there.</summary>
        public bool IsLimited { get; set; }

        public long DueAt { get; set; }
    }
}
