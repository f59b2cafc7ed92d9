using Microsoft.Extensions.Options;
using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>The settings of a client, bound from <c>Udpack:Clients:{name}</c>. A change is used at the next connect.</summary>
public sealed class UdpackClientSettings
{
    /// <summary>The server as host:port, such as "127.0.0.1:9000", "[::1]:9000" or "udpack.example:9000". All addresses of a name are tried. Required.</summary>
    public string RemoteEndPoint { get; set; } = "";

    /// <summary>A PEM file with the server's public key, relative to the content root. Required unless ServerPublicKey is set.</summary>
    public string? ServerPublicKeyFile { get; set; }

    /// <summary>The server's public key itself, as PEM text, instead of a file.</summary>
    public string? ServerPublicKey { get; set; }

    /// <summary>The token that the server checks, sent as UTF-8. Required, here or in code, unless the client has a token provider. Keep it out of files: use an environment variable or a secret store.</summary>
    public string? Token { get; set; }

    /// <summary>The cipher: Aes128Gcm, Aes256Gcm or ChaCha20Poly1305. Default Aes256Gcm.</summary>
    public CipherAlgorithm Algorithm { get; set; } = CipherAlgorithm.Aes256Gcm;

    /// <summary>How to knock.</summary>
    [ValidateObjectMembers]
    public UdpackClientHandshakeSettings Handshake { get; set; } = new();

    /// <summary>
    /// How long connecting may take at most, finding the server's addresses and the token included, 100 ms to 10 min. Null: for a lasting connection 15 s, after which it looks
    /// up the name, asks for a token and tries anew; else as long as the handshake's retries take. Default null.
    /// </summary>
    [DurationRange("00:00:00.1", "00:10:00")]
    public TimeSpan? ConnectTimeout { get; set; }

    /// <summary>After this much silence the client pings, 100 ms to 1 h and at most a third of the idle timeout; beyond 10 s a dead path may end the session on the server by that much sooner. Null: a third of the idle timeout, at most 10 s. Default null.</summary>
    [DurationRange("00:00:00.1", "01:00:00")]
    public TimeSpan? KeepAlive { get; set; }

    /// <summary>
    /// After this much silence of the server a lasting connection tells <see cref="UdpackConnectionState.Unresponsive"/>, 100 ms to 1 h; null: half as much again as the
    /// client waits before it pings. The session goes on until its idle timeout. Default null.
    /// </summary>
    [DurationRange("00:00:00.1", "01:00:00")]
    public TimeSpan? UnresponsiveAfter { get; set; }

    /// <summary>What a failed first connect means: RetryInBackground, the host starts and the client goes on trying; Throw, the start fails. Default RetryInBackground.</summary>
    public UdpackClientInitialConnect InitialConnect { get; set; }

    /// <summary>What sends do while there is no session: Wait or Fail. Default Wait.</summary>
    public UdpackClientPendingSends PendingSends { get; set; }

    /// <summary>How the client connects again.</summary>
    [ValidateObjectMembers]
    public UdpackClientReconnectSettings Reconnect { get; set; } = new();

    /// <summary>How the client's sessions live.</summary>
    [ValidateObjectMembers]
    public UdpackClientSessionSettings Session { get; set; } = new();

    /// <summary>
    /// A file, relative to the content root, that gets the secrets of all sessions so that captures can be decrypted. For finding faults
    /// only; a warning is logged. Outside the Development environment, and outside a host, it is refused unless <see cref="AllowKeyLog"/> is true. Default null: off.
    /// </summary>
    public string? KeyLogFile { get; set; }

    /// <summary>Whether <see cref="KeyLogFile"/> may be used outside the Development environment. Default false.</summary>
    public bool AllowKeyLog { get; set; }

    /// <summary>What was wrong with the configuration they were read from.</summary>
    internal ShapeReport Shape { get; set; } = ShapeReport.None;
}
