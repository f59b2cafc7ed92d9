using System.Buffers.Binary;

namespace UDPack.Protocol.Frames;

/// <summary>
/// Reads the frames of one verified datagram, front to back. Frames with an unknown opcode are stepped over; everything
/// else that does not fit is <see cref="FrameReadResult.Malformed"/>, and stays so.
/// </summary>
internal ref struct FrameReader
{
    private readonly FrameHeader _first;
    private readonly uint _sessionId;
    private ReadOnlySpan<byte> _rest;
    private State _state;

    /// <summary>
    /// Reads a datagram whose first header was clear: <paramref name="opened"/> holds that frame's ids and payload, then
    /// whole frames, then padding.
    /// </summary>
    public FrameReader(scoped in FrameHeader first, ReadOnlySpan<byte> opened)
    {
        _first = first;
        _sessionId = first.SessionId;
        _rest = opened;
        _state = State.First;
    }

    private FrameReader(uint sessionId, ReadOnlySpan<byte> opened)
    {
        _first = default;
        _sessionId = sessionId;
        _rest = opened;
        _state = State.Inner;
    }

    private enum State : byte
    {
        First,
        Inner,
        End,
        Malformed,
    }

    /// <summary>Reads what a confirmation carries after its code: whole frames, possibly none, then padding.</summary>
    public static FrameReader AfterHandshake(uint sessionId, ReadOnlySpan<byte> opened) => new(sessionId, opened);

    /// <summary>
    /// Whether everything from here on is well formed. No frame of a datagram may take effect before all are parsed;
    /// this looks ahead without moving the reader.
    /// </summary>
    public readonly bool IsWellFormed()
    {
        var ahead = this;
        while (true)
        {
            switch (ahead.TryRead(out _))
            {
                case FrameReadResult.End:
                    return true;
                case FrameReadResult.Malformed:
                    return false;
                default:
                    continue;
            }
        }
    }

    /// <summary>Reads the next frame.</summary>
    public FrameReadResult TryRead(out Frame frame)
    {
        if (_state == State.First)
        {
            _state = State.Inner;
            return FrameRules.Allows(_first.Opcode, _first.Flags) ? TryReadBody(_first, out frame) : Fail(out frame);
        }

        while (_state == State.Inner)
        {
            if (IsAtPadding())
            {
                if (_rest.ContainsAnyExcept((byte)0))
                {
                    return Fail(out frame);
                }

                _state = State.End;
                break;
            }

            var known = FrameHeader.TryRead(_rest, out var header, out var reason);
            if ((!known && reason != DropReason.UnknownOpcode) || header.SessionId != _sessionId)
            {
                return Fail(out frame);
            }

            _rest = _rest[FrameHeader.Size..];
            if (known)
            {
                return TryReadBody(header, out frame);
            }

            var skipped = header.IdsSize + header.PayloadLength;
            if (_rest.Length < skipped)
            {
                return Fail(out frame);
            }

            _rest = _rest[skipped..];
        }

        frame = default;
        return _state == State.End ? FrameReadResult.End : FrameReadResult.Malformed;
    }

    /// <summary>
    /// A client id is never 0, so no frame starts with two zero bytes: they, or a last single byte, start the padding.
    /// </summary>
    private readonly bool IsAtPadding() => _rest.Length < 2 || (_rest[0] | _rest[1]) == 0;

    private FrameReadResult TryReadBody(scoped in FrameHeader header, out Frame frame)
    {
        // These belong to the handshake and stand only at the front of a datagram of their own.
        if (header.Opcode is Opcode.Shakehand or Opcode.Handshake or Opcode.Retry
            || _rest.Length < header.IdsSize + header.PayloadLength)
        {
            return Fail(out frame);
        }

        var streamId = ReadId(header.Flags, FrameFlags.Stream);
        var packetId = ReadId(header.Flags, FrameFlags.Packet);
        var fragmentId = ReadId(header.Flags, FrameFlags.Fragment);
        frame = new Frame(header, streamId, packetId, fragmentId, _rest[..header.PayloadLength]);
        _rest = _rest[header.PayloadLength..];
        return FrameReadResult.Frame;
    }

    private uint ReadId(FrameFlags flags, FrameFlags id)
    {
        if ((flags & id) == 0)
        {
            return 0;
        }

        var value = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    private FrameReadResult Fail(out Frame frame)
    {
        _state = State.Malformed;
        frame = default;
        return FrameReadResult.Malformed;
    }
}
