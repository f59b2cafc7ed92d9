using System.Net;
using UDPack.Protocol;

namespace UDPack.Clients;

/// <summary>How a failed attempt to connect reads to its caller.</summary>
internal static class ConnectErrors
{
    public static UdpackException Create(in ConnectFailure failure, IPEndPoint remote) => failure.Kind switch
    {
        ConnectFailureKind.AuthenticationFailed => new UdpackException(
            UdpackError.AuthenticationFailed, $"The server at udp://{remote} refused the token (handshake code 1)."),
        ConnectFailureKind.Busy => new UdpackException(
            UdpackError.ServerFull, $"The server at udp://{remote} has no room for another session now (handshake code -1, busy). Try again later."),
        ConnectFailureKind.Rejected => new UdpackException(
            UdpackError.HandshakeFailed, $"The server at udp://{remote} refused the handshake (code -1): {Explain(failure.Reason)}"),
        _ => new UdpackException(
            UdpackError.ConnectTimeout,
            $"No connection to udp://{remote} after {failure.Attempts} {(failure.Attempts == 1 ? "attempt" : "attempts")} in {failure.Elapsed.TotalSeconds:0.0} s. {Explain(failure.Hint)}"),
    };

    /// <summary>What may be wrong, and what to check.</summary>
    public static string Explain(ConnectHint hint) => hint switch
    {
        ConnectHint.UnverifiedRefusal =>
            "Something there answered, but could not prove it read the handshake: check that ServerPublicKey is this server's key.",
        ConnectHint.Unreachable => "The network says that nobody listens there: check address and port, and that the server runs.",
        ConnectHint.RetryRequested => "The server asked for proof of address and then fell silent.",
        ConnectHint.UnverifiedReply => "Replies came that did not verify: check that ServerPublicKey is this server's key.",
        _ => "Nothing answered: check address, port and firewalls, and that the server runs.",
    };

    private static string Explain(HandshakeRejection reason) => reason switch
    {
        HandshakeRejection.Version => "it does not speak this protocol version.",
        HandshakeRejection.Algorithm => "it does not accept this cipher; choose another Algorithm.",
        HandshakeRejection.Malformed => "it found the handshake malformed.",
        HandshakeRejection.Unspecified => "its token validator failed or took too long; its log says more.",
        _ => $"{reason}.",
    };
}
