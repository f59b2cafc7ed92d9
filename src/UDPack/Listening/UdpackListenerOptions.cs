using System.Net;
using Microsoft.Extensions.Logging;
using UDPack.Diagnostics;
using UDPack.Protocol;

namespace UDPack;

/// <summary>How a <see cref="UdpackListener"/> listens. Every limit is bounded by default.</summary>
public sealed class UdpackListenerOptions
{
    /// <summary>The address and port to bind; port 0 picks a free one. Required.</summary>
    public required IPEndPoint LocalEndPoint { get; set; }

    /// <summary>The server's keys. Required.</summary>
    public required IKeyStore Keys { get; set; }

    /// <summary>The check of client tokens. Required.</summary>
    public required ITokenValidator TokenValidator { get; set; }

    /// <summary>The endpoint's name in logs and for validators. Default "default".</summary>
    public string Name { get; set; } = "default";

    /// <summary>Makes AEADs. Default: the platform's.</summary>
    public ICipherFactory Ciphers { get; set; } = new SystemCipherFactory();

    /// <summary>The ciphers clients may choose. Default: all that the platform has.</summary>
    public IReadOnlyCollection<CipherAlgorithm> Algorithms { get; set; } =
        [CipherAlgorithm.Aes128Gcm, CipherAlgorithm.Aes256Gcm, CipherAlgorithm.ChaCha20Poly1305];

    /// <summary>How long a handshake may take, validator and confirmation included. Default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most handshakes remembered at once; more are dropped and the clients retry. Default 4096.</summary>
    public int MaxPendingHandshakes { get; set; } = 4096;

    /// <summary>When clients must prove their address first. Default <see cref="AddressValidation.UnderLoad"/>.</summary>
    public AddressValidation AddressValidation { get; set; } = AddressValidation.UnderLoad;

    /// <summary>The number of unfinished handshakes from which <see cref="AddressValidation.UnderLoad"/> asks for cookies. Default 256.</summary>
    public int AddressValidationThreshold { get; set; } = 256;

    /// <summary>The most sessions at once; further clients are told "busy". Default 10,000; at most 60,000.</summary>
    public int MaxSessions { get; set; } = 10_000;

    /// <summary>The most sessions of one remote host (IPv4 address or IPv6 /64); null for no limit of its own. Default null.</summary>
    public int? MaxSessionsPerAddress { get; set; }

    /// <summary>
    /// The most sessions of one address prefix (see <see cref="IPv4PrefixLength"/>), such as a network or a provider's customer; null for no limit
    /// of its own. Default null.
    /// </summary>
    public int? MaxSessionsPerPrefix { get; set; }

    /// <summary>
    /// The most handshakes per second that one address prefix may begin, 1 to 100,000; more are dropped and the clients retry. From half of
    /// <see cref="HandshakeBurstPerPrefix"/> on, clients of the prefix must prove their address first, unless that is never asked for. Null for no limit of its own. Default 500.
    /// </summary>
    public int? HandshakeRatePerPrefix { get; set; } = 500;

    /// <summary>How many handshakes one address prefix may begin at once after a pause, 1 to 1,000,000. Default 5000.</summary>
    public int HandshakeBurstPerPrefix { get; set; } = 5000;

    /// <summary>How many leading bits of IPv4 addresses make a prefix, 8 to 32. Default 24.</summary>
    public int IPv4PrefixLength { get; set; } = 24;

    /// <summary>How many leading bits of IPv6 addresses make a prefix, 16 to 64. Default 56.</summary>
    public int IPv6PrefixLength { get; set; } = 56;

    /// <summary>How many workers do public-key work and run validators. Default: one per processor.</summary>
    public int HandshakeWorkers { get; set; } = Environment.ProcessorCount;

    /// <summary>How many handshakes may wait for a worker; more are dropped and the clients retry. Default 1024.</summary>
    public int HandshakeQueueLength { get; set; } = 1024;

    /// <summary>
    /// How much memory all sessions together may hold, in bytes, for received data that waits for the application or for the rest of its packet, and for data
    /// to be sent that the peers have not acknowledged. Beyond it a session that holds more than 32 KiB already receives nothing more until some is free, and its
    /// sends wait; values of further keys are refused, of unreliable messages the oldest dropped. A session that holds much of it for a peer that lets nothing move for 4 s is ended as busy while others want some. Default 256 MiB.
    /// </summary>
    public long MaxBufferedBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>What this side asks of its sessions.</summary>
    public UdpackSessionOptions Session { get; set; } = new();

    /// <summary>Receive buffer asked of the kernel, in bytes. Default 4 MiB.</summary>
    public int ReceiveBufferBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Told each step of each handshake, on the event loop: must be quick. Default none.</summary>
    public IProgress<HandshakeStep>? HandshakeProgress { get; set; }

    /// <summary>
    /// Takes the secrets of all sessions, so that captures can be decrypted. For finding faults only: see <see cref="UdpackKeyLog"/>. Not
    /// disposed with the listener. Default none.
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

    /// <summary>Who measures.</summary>
    internal IListenerObserver? Observer { get; set; }

    /// <summary>One's own, which the caller's later changes do not reach.</summary>
    internal UdpackListenerOptions Clone()
    {
        var clone = (UdpackListenerOptions)MemberwiseClone();
        clone.Session = Session.Clone();
        return clone;
    }
}
