using System.Net;
using UDPack.Protocol;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Tool.Inspect.Captures;

namespace UDPack.Tool.Inspect.Decoding;

/// <summary>
/// Decodes the datagrams of a capture in their order, with the protocol's own readers, and decrypts those that the key log has secrets
/// of. Never throws for what a datagram contains.
/// </summary>
/// <param name="keyLog">The secrets; perhaps none.</param>
/// <param name="serverPort">The port of the server, if it is known.</param>
internal sealed class DatagramDecoder(KeyLogFile keyLog, int? serverPort)
{
    private const int ReplyClearLength = HandshakeFrames.BareSize + KeySchedule.ServerShareSize;
    private const int MaxServers = 65_536;

    private readonly ShakehandDecoder _shakehands = new(keyLog);
    private readonly HashSet<IPEndPoint> _servers = [];

    /// <summary>Whether a datagram begins as those of the protocol do.</summary>
    public static bool LooksLikeUdpack(ReadOnlySpan<byte> datagram) =>
        FrameHeader.TryRead(datagram, out var header, out _) && header.ClientId != 0;

    public DatagramView Decode(CapturedDatagram captured)
    {
        var datagram = captured.Payload.AsSpan();
        var view = new DatagramView
        {
            Number = captured.Number,
            Time = captured.Time,
            Source = captured.Source?.ToString(),
            Destination = captured.Destination?.ToString(),
            Length = captured.Length,
            CapturedLength = captured.IsCut ? datagram.Length : null,
            Direction = DirectionOf(captured),
            Kind = Kinds.Unknown,
            State = States.Clear,
            Bytes = captured.Payload,
        };
        var isKnown = FrameHeader.TryRead(datagram, out var header, out var reason);
        if (datagram.Length >= FrameHeader.Size)
        {
            view = view with { Header = Names.Of(header) };
        }

        if (captured.IsCut)
        {
            return view with { State = States.Cut, Problem = $"the capture has {datagram.Length} of {captured.Length} bytes" };
        }

        if (!isKnown || header.ClientId == 0)
        {
            return view with { State = States.Malformed, Problem = Names.Of(isKnown ? DropReason.BadSessionId : reason) };
        }

        switch (header.Opcode)
        {
            case Opcode.Shakehand:
                if (captured.Destination is { } server && _servers.Count < MaxServers)
                {
                    _servers.Add(server);
                }

                return _shakehands.Decode(view, header, datagram);
            case Opcode.Handshake:
                return DecodeHandshake(view, header, datagram);
            case Opcode.Retry:
                return DecodeRetry(view, header, datagram);
            case Opcode.GoAway when datagram.Length == HandshakeFrames.BareSize:
                return view with
                {
                    Kind = Kinds.ClearGoAway,
                    Direction = Directions.ToClient,
                    Frames = [FrameDescriber.DescribeGoAway(new FrameView { Header = view.Header! }, datagram[FrameHeader.Size..])],
                };
            default:
                return DecodeProtected(view with { Kind = Kinds.Protected }, header, datagram, FrameHeader.Size);
        }
    }

    private string? DirectionOf(CapturedDatagram captured)
    {
        if (captured.Source is not { } source || captured.Destination is not { } destination)
        {
            return null;
        }

        var (fromServer, toServer) = serverPort is { } port
            ? (source.Port == port, destination.Port == port)
            : (_servers.Contains(source), _servers.Contains(destination));
        return toServer == fromServer ? null : toServer ? Directions.ToServer : Directions.ToClient;
    }

    private static DatagramView DecodeRetry(DatagramView view, in FrameHeader header, ReadOnlySpan<byte> datagram)
    {
        view = view with { Kind = Kinds.Retry, Direction = Directions.ToClient };
        var payload = datagram[FrameHeader.Size..];
        return payload.Length != header.PayloadLength
            || payload.Length is <= HandshakeFrames.RetryHashSize or > HandshakeFrames.RetryHashSize + HandshakeFrames.MaxCookieSize
            ? view with { State = States.Malformed, Problem = "its payload has the wrong length" }
            : view with
            {
                Retry = new RetryView(
                    Convert.ToHexStringLower(payload[..HandshakeFrames.RetryHashSize]), Convert.ToHexStringLower(payload[HandshakeFrames.RetryHashSize..])),
            };
    }

    private DatagramView DecodeHandshake(DatagramView view, in FrameHeader header, ReadOnlySpan<byte> datagram)
    {
        if (header.PayloadLength != 1 || datagram.Length < HandshakeFrames.BareSize)
        {
            return view with { State = States.Malformed, Problem = "its payload is not one byte, the code" };
        }

        var code = (HandshakeCode)datagram[FrameHeader.Size];
        view = view with { Handshake = new HandshakeView((byte)code, Names.Of(code), null, null, null, null, null) };
        switch (code)
        {
            case HandshakeCode.Success:
                return IsReply(view, datagram)
                    ? DecodeReply(view, header, datagram)
                    : DecodeProtected(view with { Kind = Kinds.Confirmation, Direction = Directions.ToServer }, header, datagram, HandshakeFrames.BareSize);
            case HandshakeCode.AuthenticationFailed or HandshakeCode.Failed when datagram.Length == HandshakeFrames.RefusalSize:
                var reason = (HandshakeRejection)datagram[HandshakeFrames.ReasonOffset];
                return view with
                {
                    Kind = Kinds.Refusal,
                    Direction = Directions.ToClient,
                    Handshake = view.Handshake with
                    {
                        Reason = (byte)reason,
                        ReasonName = Names.Of(reason),
                        Mac = _shakehands.IsAuthentic(header.ClientId, datagram) switch { true => "verified", false => "wrong", null => "unchecked" },
                    },
                };
            case HandshakeCode.Failed when datagram.Length == HandshakeFrames.BareSize:
                return view with { Kind = Kinds.Hint, Direction = Directions.ToClient };
            default:
                return view with { State = States.Malformed, Problem = "an unknown code, or a length that its code does not have" };
        }
    }

    /// <summary>Both have code 0. Which one it is, the direction says; or else the server's share, which stands in the clear.</summary>
    private static bool IsReply(DatagramView view, ReadOnlySpan<byte> datagram)
    {
        var hasShare = datagram.Length >= ReplyClearLength + DatagramSealer.Overhead
            && datagram[HandshakeFrames.BareSize] == ShakehandPlaintext.P256Group
            && P256.HasPointForm(datagram[(HandshakeFrames.BareSize + 1)..ReplyClearLength]);
        return hasShare && view.Direction != Directions.ToServer;
    }

    private DatagramView DecodeReply(DatagramView view, in FrameHeader header, ReadOnlySpan<byte> datagram)
    {
        view = view with
        {
            Kind = Kinds.Reply,
            Direction = Directions.ToClient,
            State = States.Encrypted,
            Sequence = DirectionKeys.SequenceOf(datagram),
            Generation = datagram[^DatagramSealer.Overhead],
            Handshake = view.Handshake! with { ServerShare = Convert.ToHexStringLower(datagram[HandshakeFrames.BareSize..ReplyClearLength]) },
        };
        if (!TryOpen(ref view, header, datagram, ReplyClearLength, out var plaintext))
        {
            return view;
        }

        return TransportParameters.TryRead(plaintext, out var parameters)
            ? view with { Handshake = view.Handshake! with { Parameters = Names.Of(parameters) } }
            : view with { Problem = "its parameters are malformed" };
    }

    private DatagramView DecodeProtected(DatagramView view, in FrameHeader header, ReadOnlySpan<byte> datagram, int clearLength)
    {
        if (datagram.Length < clearLength + DatagramSealer.Overhead)
        {
            return view with { State = States.Malformed, Problem = "too short for counter and tag" };
        }

        view = view with
        {
            State = States.Encrypted,
            Sequence = DirectionKeys.SequenceOf(datagram),
            Generation = datagram[^DatagramSealer.Overhead],
        };
        if (!TryOpen(ref view, header, datagram, clearLength, out var plaintext))
        {
            return view;
        }

        var isConfirmation = header.Opcode == Opcode.Handshake;
        var reader = isConfirmation ? FrameReader.AfterHandshake(header.SessionId, plaintext) : new FrameReader(header, plaintext);
        var frames = new List<FrameView>();
        var padding = plaintext.Length;
        FrameReadResult result;
        while ((result = reader.TryRead(out var frame)) == FrameReadResult.Frame)
        {
            // The first frame's header is not among what was sealed.
            padding -= frame.Header.FrameSize - (frames.Count == 0 && !isConfirmation ? FrameHeader.Size : 0);
            frames.Add(FrameDescriber.Describe(frame));
        }

        var isMalformed = result == FrameReadResult.Malformed;
        return view with
        {
            Frames = frames,
            Padding = isMalformed ? null : padding,
            Problem = isMalformed ? $"what follows frame {frames.Count} is malformed" : null,
        };
    }

    /// <summary>Tries the secrets of every session that had this id, in the direction that is likely first.</summary>
    private bool TryOpen(ref DatagramView view, in FrameHeader header, ReadOnlySpan<byte> datagram, int clearLength, out byte[] plaintext)
    {
        plaintext = [];
        var sessions = keyLog.FindSessions(header.SessionId);
        foreach (var session in sessions)
        {
            var isToClient = view.Direction == Directions.ToClient;
            for (var turn = 0; turn < 2; turn++)
            {
                var keys = isToClient ? session.ToClient : session.ToServer;
                if (keys is { IsSupported: false })
                {
                    view = view with { Problem = $"this machine does not have {Names.Of(session.Algorithm)}" };
                }
                else if (keys?.TryOpen(datagram, clearLength, out var generation, out plaintext) == true)
                {
                    view = view with
                    {
                        State = States.Decrypted,
                        Generation = generation,
                        Direction = isToClient ? Directions.ToClient : Directions.ToServer,
                        Plaintext = plaintext,
                    };
                    return true;
                }

                isToClient = !isToClient;
            }
        }

        if (sessions.Count > 0)
        {
            view = view with { Problem = view.Problem ?? "does not verify under the secrets of this session id" };
        }

        return false;
    }
}
