namespace UDPack.Tool.Ping;

/// <summary>Notes when the steps of a handshake happen.</summary>
internal sealed class HandshakeClock : IProgress<HandshakeStep>
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private long _resolved;
    private long _sent;
    private long _answered;
    private int _attempts;
    private bool _hadRetry;

    public HandshakeClock(TimeProvider time)
    {
        _time = time;
        _start = _resolved = time.GetTimestamp();
    }

    /// <summary>The server's address is known.</summary>
    public void OnResolved() => _resolved = _time.GetTimestamp();

    /// <summary>On the event loop's thread; connecting ends after it.</summary>
    public void Report(HandshakeStep value)
    {
        var now = _time.GetTimestamp();
        switch (value.Kind)
        {
            case HandshakeStepKind.Shakehand:
                _sent = _sent == 0 ? now : _sent;
                _attempts = Math.Max(_attempts, value.Attempt);
                break;
            case HandshakeStepKind.Retry:
                _hadRetry = true;
                _answered = _answered == 0 ? now : _answered;
                break;
            case HandshakeStepKind.Reply:
                _answered = _answered == 0 ? now : _answered;
                break;
        }
    }

    /// <summary>The session is ready.</summary>
    public HandshakeLine Finish(UdpackSession session)
    {
        var now = _time.GetTimestamp();
        return new HandshakeLine
        {
            Address = session.RemoteEndPoint.ToString(),
            SessionId = $"{session.Id:x8}",
            Cipher = session.Algorithm.ToString(),
            ResolveMs = Between(_start, _resolved),
            KeyWorkMs = Between(_resolved, _sent),
            AnswerMs = Between(_sent, _answered),
            ReadyMs = Between(_answered, now),
            TotalMs = Between(_start, now),
            Attempts = _attempts,
            Cookie = _hadRetry,
        };
    }

    private double Between(long from, long to) => Math.Round(_time.GetElapsedTime(from, to).TotalMilliseconds, 3);
}
