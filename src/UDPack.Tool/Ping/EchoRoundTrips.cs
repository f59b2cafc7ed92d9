using System.Buffers.Binary;
using System.Security.Cryptography;

namespace UDPack.Tool.Ping;

/// <summary>The round trips of packets or unreliable messages that the server's application returns, one at a time.</summary>
internal sealed class EchoRoundTrips : IRoundTrips
{
    /// <summary>A number, and what tells these packets from others.</summary>
    public const int MinBytes = 16;

    private readonly UdpackSession _session;
    private readonly PingPlan _plan;
    private readonly TimeProvider _time;
    private readonly byte[] _content;
    private readonly Pace _pace;
    private long _number;

    /// <exception cref="ToolException">The path or the server does not take so large a packet.</exception>
    public EchoRoundTrips(UdpackSession session, PingPlan plan)
    {
        var most = plan.Method == PingMethod.Messages ? session.MaxDatagramBytes : session.MaxPacketBytes;
        if (plan.EchoBytes > most)
        {
            throw new ToolException(FormattableString.Invariant($"--size {plan.EchoBytes} is too large: the other side takes at most {most} bytes. Choose a smaller one."));
        }

        _session = session;
        _plan = plan;
        _time = plan.Connection.Network.TimeProvider;
        _pace = new Pace(plan.Interval, _time);
        _content = RandomNumberGenerator.GetBytes(plan.EchoBytes);
    }

    public async ValueTask<TimeSpan?> NextAsync(CancellationToken cancellationToken)
    {
        var start = await _pace.NextAsync(cancellationToken).ConfigureAwait(false);
        BinaryPrimitives.WriteInt64BigEndian(_content, ++_number);
        using var timeout = new CancellationTokenSource(_plan.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await SendAsync(either.Token).ConfigureAwait(false);
            while (true)
            {
                using var packet = await ReceiveAsync(either.Token).ConfigureAwait(false);

                // What is not equal is an answer that came too late, or no echo at all.
                if (packet.Span.SequenceEqual(_content))
                {
                    return _time.GetElapsedTime(start);
                }
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (_plan.Method == PingMethod.Packets)
        {
            return _session.SendAsync(_content, cancellationToken);
        }

        _session.SendDatagram(_content);
        return default;
    }

    private ValueTask<UdpackPacket> ReceiveAsync(CancellationToken cancellationToken) =>
        _plan.Method == PingMethod.Packets ? _session.ReceiveAsync(cancellationToken) : _session.ReceiveDatagramAsync(cancellationToken);
}
