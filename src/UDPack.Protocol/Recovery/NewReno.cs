namespace UDPack.Protocol.Recovery;

/// <summary>The congestion controller RFC 9002 §7 describes.</summary>
internal sealed class NewReno : ICongestionController
{
    private readonly int _datagramSize;
    private long _slowStartThreshold = long.MaxValue;
    private long _recoveryStart = long.MinValue;
    private long _acknowledgedInAvoidance;

    public NewReno(int datagramSize)
    {
        _datagramSize = datagramSize;

        // RFC 9002 §7.2.
        Window = Math.Min(10L * datagramSize, Math.Max(14_720, 2 * datagramSize));
    }

    public long Window { get; private set; }

    private long MinimumWindow => 2L * _datagramSize;

    public void OnAcknowledged(long now, long bytes, long sentAt, bool mayGrow)
    {
        if (!mayGrow || sentAt <= _recoveryStart)
        {
            return;
        }

        if (Window < _slowStartThreshold)
        {
            Window += bytes;
            return;
        }

        _acknowledgedInAvoidance += bytes;
        if (_acknowledgedInAvoidance >= Window)
        {
            _acknowledgedInAvoidance -= Window;
            Window += _datagramSize;
        }
    }

    public void OnLost(long now, long sentAt, bool persistent)
    {
        if (sentAt > _recoveryStart)
        {
            _recoveryStart = now;
            Window = Math.Max(Window / 2, MinimumWindow);
            _slowStartThreshold = Window;
            _acknowledgedInAvoidance = 0;
        }

        if (persistent)
        {
            Window = MinimumWindow;
            _recoveryStart = long.MinValue;
        }
    }
}
