#pragma warning disable CA1822
namespace UDPack.Protocol.Recovery;

internal struct PathMtu(int baseSize, int limit)
{
    public int Current { get; private set; } = Math.Min(baseSize, limit);
    public readonly long Deadline => long.MaxValue;
    public readonly bool ProbeDue(long now, out int size) { size = 0; return false; }
    public readonly void OnProbeSent(long now, int size) { }
    public readonly void OnProbeAcknowledged(long now, int size) { }
    public readonly void OnProbeLost(long now, int size) { }
    public readonly void OnLost(long now, int size, long sentAt) { }
    public readonly void OnAcknowledged(int size) { }
    public void Reset(long now) { Current = baseSize; }
}
