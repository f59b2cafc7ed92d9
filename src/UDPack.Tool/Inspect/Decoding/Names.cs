using UDPack.Protocol;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;

namespace UDPack.Tool.Inspect.Decoding;

/// <summary>The protocol document's words for its numbers.</summary>
internal static class Names
{
    public static string Of(Opcode opcode) => opcode <= Opcode.Latest ? opcode.ToString().ToLowerInvariant() : "reserved";

    public static string OfSuite(byte suite) => suite switch
    {
        ShakehandSealing.HpkeP256 => "HPKE",
        ShakehandSealing.RsaOaep => "RSA",
        _ => "unknown",
    };

    public static string Of(CipherAlgorithm algorithm) => algorithm switch
    {
        CipherAlgorithm.Aes128Gcm => "AES-128-GCM",
        CipherAlgorithm.Aes256Gcm => "AES-256-GCM",
        CipherAlgorithm.ChaCha20Poly1305 => "ChaCha20-Poly1305",
        _ => "unknown",
    };

    public static string Of(HandshakeCode code) => code switch
    {
        HandshakeCode.Success => "success",
        HandshakeCode.AuthenticationFailed => "authentication failed",
        HandshakeCode.Failed => "handshake failed",
        _ => "unknown",
    };

    public static string Of(HandshakeRejection reason) => reason switch
    {
        HandshakeRejection.Unspecified => "unspecified",
        HandshakeRejection.TokenRefused => "token refused",
        HandshakeRejection.Version => "version",
        HandshakeRejection.Algorithm => "algorithm or group",
        HandshakeRejection.Malformed => "malformed",
        HandshakeRejection.Busy => "busy",
        _ => "unknown",
    };

    public static string OfGoAway(byte code) => code switch
    {
        0 => "closed",
        2 => "expired",
        _ => "error",
    };

    public static string Of(GoAwayReason reason) => reason switch
    {
        GoAwayReason.Unspecified => "unspecified",
        GoAwayReason.Application => "application",
        GoAwayReason.Stopping => "stopping",
        GoAwayReason.Idle => "idle",
        GoAwayReason.Expired => "authorisation expired",
        GoAwayReason.Moved => "moved",
        GoAwayReason.Busy => "busy",
        GoAwayReason.HandlerFailed => "handler failed",
        GoAwayReason.ProtocolError => "protocol error",
        GoAwayReason.KeysExhausted => "keys exhausted",
        _ => "unknown",
    };

    public static string OfAbort(ushort code) => code switch
    {
        0 => "cancelled",
        1 => "refused",
        2 => "handler failed",
        < 256 => "reserved",
        _ => "application",
    };

    public static string OfMode(byte mode) => mode switch
    {
        0 => "ordered",
        1 => "unordered",
        2 => "deadline",
        _ => "unknown",
    };

    public static string Of(DropReason reason) => reason switch
    {
        DropReason.Truncated => "shorter than a header",
        DropReason.ReservedBits => "reserved bits are set",
        DropReason.UnknownOpcode => "unknown opcode",
        DropReason.FlagsNotAllowed => "flags that the opcode does not allow",
        DropReason.BadSessionId => "client id 0",
        DropReason.UnknownSuite => "unknown suite",
        _ => reason.ToString(),
    };

    public static IReadOnlyList<string> Of(FrameFlags flags)
    {
        var names = new List<string>();
        Add(FrameFlags.Stream, "STRE");
        Add(FrameFlags.Packet, "PACK");
        Add(FrameFlags.Fragment, "FRAG");
        Add(FrameFlags.Slow, "SLOW");
        Add(FrameFlags.Fin, "FIN");
        return names;

        void Add(FrameFlags flag, string name)
        {
            if ((flags & flag) != 0)
            {
                names.Add(name);
            }
        }
    }

    public static HeaderView Of(in FrameHeader header) => new(
        $"{header.SessionId:x8}", header.Timestamp, Of(header.Flags), (int)header.Opcode, Of(header.Opcode), header.PayloadLength);

    public static ParametersView Of(TransportParameters parameters) => new(
        parameters.IdleTimeoutMs,
        parameters.MaxPacketBytes,
        parameters.InitialSessionCredit,
        parameters.InitialStreamCredit,
        parameters.MaxStreams,
        parameters.MaxAckDelayMicros,
        parameters.MaxUdpPayload);
}
