using System.Net;
using Microsoft.Extensions.Logging;
using UDPack.Protocol;

namespace UDPack;

/// <summary>How a <see cref="UdpackClient"/> connects.</summary>
public sealed class UdpackClientOptions
{
    /// <summary>
    /// The server: an <see cref="IPEndPoint"/> or a <see cref="DnsEndPoint"/>. Required. A name is looked up at each connect; if it has several
    /// addresses they are tried IPv6 and IPv4 by turns, the first 16 at most, each 250 ms after the one before or when that has failed (RFC 8305).
    /// </summary>
    public required EndPoint RemoteEndPoint { get; set; }

    /// <summary>The server's public key (UDPack 1.0, 2.3: the client holds it beforehand). Required.</summary>
    public required ServerPublicKey ServerPublicKey { get; set; }

    /// <summary>
    /// The token the server's application checks: 1 to about 850 bytes with a P-256 key, less with RSA. Required unless <see cref="TokenProvider"/> is set.
    /// </summary>
    public ReadOnlyMemory<byte> Token { get; set; }

    /// <summary>
    /// Gives the token instead of <see cref="Token"/>, once for each connect. What it throws fails that connect with
    /// <see cref="UdpackError.TokenUnavailable"/>. Default none.
    /// </summary>
    public Func<CancellationToken, ValueTask<ReadOnlyMemory<byte>>>? TokenProvider { get; set; }

    /// <summary>The cipher of the session; the client chooses (UDPack 1.0, 2.3). Default AES-256-GCM.</summary>
    public CipherAlgorithm Algorithm { get; set; } = CipherAlgorithm.Aes256Gcm;

    /// <summary>How many times a shakehand is sent to each address before connecting times out, the first included. Default 6.</summary>
    public int MaxAttempts { get; set; } = 6;

    /// <summary>How long to wait for an answer to the first shakehand; doubles with each attempt, ±20 %. Default 500 ms.</summary>
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long connecting may take at most, finding the server's addresses and the token included; at least 1 ms. Null: as long as
    /// <see cref="MaxAttempts"/> and <see cref="RetryInterval"/> make it, about 32 s with their defaults. Default null.
    /// </summary>
    public TimeSpan? ConnectTimeout { get; set; }

    /// <summary>After this much silence the client pings, to keep NAT bindings alive. Keep it within a third of the idle timeout: then the client keeps it within a third of the server's, if that is shorter; beyond 10 s a dead path may end the session on the server by that much sooner. Null for a third of the idle timeout, at most 10 s.</summary>
    public TimeSpan? KeepAliveInterval { get; set; }

    /// <summary>What this side asks of its sessions.</summary>
    public UdpackSessionOptions Session { get; set; } = new();

    /// <summary>The local address to send from; null lets the system choose.</summary>
    public IPEndPoint? LocalEndPoint { get; set; }

    /// <summary>Makes AEADs. Default: the platform's.</summary>
    public ICipherFactory Ciphers { get; set; } = new SystemCipherFactory();

    /// <summary>Receive buffer asked of the kernel, in bytes. Default 1 MiB.</summary>
    public int ReceiveBufferBytes { get; set; } = 1024 * 1024;

    /// <summary>Told each step of each handshake, on the event loop: must be quick. Default none.</summary>
    public IProgress<HandshakeStep>? HandshakeProgress { get; set; }

    /// <summary>
    /// Takes the secrets of all sessions, so that captures can be decrypted. For finding faults only: see <see cref="UdpackKeyLog"/>. Not
    /// disposed with the client. Default none.
    /// </summary>
    public UdpackKeyLog? KeyLog { get; set; }

    /// <summary>What carries the datagrams. Default the system's.</summary>
    public UdpackNetwork Network { get; set; } = UdpackNetwork.System;

    /// <summary>Where time comes from. Default the <see cref="Network"/>'s, which is the system's if the network is.</summary>
    public TimeProvider TimeProvider
    {
        get => field ?? Network.TimeProvider;
        set;
    }

    /// <summary>Where logs go. Default nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>How long to wait for an answer to each shakehand, counted from 1; then only <see cref="ConnectTimeout"/>, which must be set, ends an attempt.</summary>
    internal Func<int, TimeSpan>? RetrySchedule { get; set; }

    /// <summary>Told, on the event loop, what may be wrong while an attempt goes on; null: it is logged.</summary>
    internal Action<IPEndPoint, string>? Trouble { get; set; }
}
