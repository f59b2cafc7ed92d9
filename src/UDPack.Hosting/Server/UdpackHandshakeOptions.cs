using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>How clients get in. A change takes effect for the next handshake.</summary>
public sealed class UdpackHandshakeOptions
{
    /// <summary>How long a handshake may take, token validator and confirmation included, 100 ms to 10 min. Default 10 s.</summary>
    [DurationRange("00:00:00.1", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most handshakes remembered at once, 1 to 60,000; more are dropped and the clients retry. Default 4096.</summary>
    [NumberRange(1, 60_000)]
    public int MaxPending { get; set; } = 4096;

    /// <summary>When clients must prove their address with a retry cookie before any public-key work: UnderLoad, Always or Never. Default UnderLoad.</summary>
    public AddressValidation AddressValidation { get; set; } = AddressValidation.UnderLoad;

    /// <summary>The number of unfinished handshakes from which UnderLoad asks for cookies, 0 to 60,000, at most MaxPending. Default 256.</summary>
    [NumberRange(0, 60_000)]
    public int AddressValidationThreshold { get; set; } = 256;

    /// <summary>The most handshakes per second that one address prefix may begin, 1 to 100,000; more are dropped and the clients retry. Null: no limit of its own. Default 500.</summary>
    [NumberRange(1, 100_000)]
    public int? RatePerPrefix { get; set; } = 500;

    /// <summary>How many handshakes one address prefix may begin at once after a pause, 1 to 1,000,000; from half of that on its clients must prove their address with a retry cookie, unless AddressValidation is Never. Default 5000.</summary>
    [NumberRange(1, 1_000_000)]
    public int BurstPerPrefix { get; set; } = 5000;

    /// <summary>How many leading bits of an IPv4 address make its prefix, 8 to 32. Default 24. Takes effect with the next start.</summary>
    [NumberRange(8, 32)]
    public int IPv4PrefixLength { get; set; } = 24;

    /// <summary>How many leading bits of an IPv6 address make its prefix, 16 to 64. Default 56. Takes effect with the next start.</summary>
    [NumberRange(16, 64)]
    public int IPv6PrefixLength { get; set; } = 56;

    /// <summary>The ciphers clients may choose: Aes128Gcm, Aes256Gcm, ChaCha20Poly1305. Default: empty, which allows all that the platform has.</summary>
    public IList<CipherAlgorithm> Algorithms { get; } = [];

    /// <summary>How many workers do public-key work and run token validators, 1 to 256; null: one per processor. Default null.</summary>
    [NumberRange(1, 256)]
    public int? Workers { get; set; }

    /// <summary>How many handshakes may wait for a worker, 1 to 1,000,000; more are dropped and the clients retry. Default 1024.</summary>
    [NumberRange(1, 1_000_000)]
    public int QueueLength { get; set; } = 1024;
}
