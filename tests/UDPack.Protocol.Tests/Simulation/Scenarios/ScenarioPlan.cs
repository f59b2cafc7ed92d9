using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Testing;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>What a scenario draws from its seed before it begins: limits, links and how it ends.</summary>
internal sealed record ScenarioPlan
{
    private static readonly long[] Windows = [0, 1, 63, 100, 1220, 1250, 2000, 5000, 65_536, 1L << 20];
    private static readonly long[] StreamLimits = [0, 1, 2, 3, 10, 100];

    public static int[] Mtus { get; } = [1200, 1280, 1400, 1472, 9000];

    public required TransportParameters Client { get; init; }

    public required TransportParameters Server { get; init; }

    public required SessionOptions ClientSession { get; init; }

    public required ServerEndpointOptions Options { get; init; }

    public required LinkConditions ToServer { get; init; }

    public required LinkConditions ToClient { get; init; }

    /// <summary>How many bytes of packets are sent at most.</summary>
    public required long Budget { get; init; }

    public required int Steps { get; init; }

    public required ScenarioEnding Ending { get; init; }

    public static ScenarioPlan Draw(Random random)
    {
        var idle = random.Next(8) == 0 ? 60_000 : 300_000;
        var congestion = random.Next(2) == 0 ? CongestionAlgorithm.Cubic : CongestionAlgorithm.Bbr;
        var server = Parameters(random, idle);
        return new ScenarioPlan
        {
            Client = Parameters(random, idle),
            Server = server,
            ClientSession = Session(random, congestion),
            Options = new ServerEndpointOptions
            {
                Parameters = server,
                Session = Session(random, congestion),
                AddressValidation = (CookieMode)random.Next(3),
                MaxBufferedBytes = random.Next(6) switch { 0 => 40_000, 1 => 100_000, _ => 256L << 20 },
            },
            ToServer = Conditions(random),
            ToClient = Conditions(random),
            Budget = random.Next(40) switch { 0 => 6L << 20, < 5 => 1L << 20, < 15 => 300_000, _ => 80_000 },
            Steps = random.Next(5, 60),
            Ending = (ScenarioEnding)random.Next((int)ScenarioEnding.LinkDies + 1),
        };
    }

    public static LinkConditions Conditions(Random random) => new()
    {
        Delay = random.Next(500, 150_000),
        Jitter = random.Next(2) == 0 ? 0 : random.Next(1, 60_000),
        Loss = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.25,
        Bursts = random.Next(6) == 0 ? new GilbertElliott(0.01, 0.3, 0.7) : null,
        Duplicate = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.3,
        Corrupt = random.Next(4) == 0 ? random.NextDouble() * 0.05 : 0,
        BitsPerSecond = random.Next(3) == 0 ? 200_000L << random.Next(10) : null,
        QueueDelay = random.Next(20_000, 500_000),
        Mtu = random.Next(2) == 0 ? Mtus[random.Next(Mtus.Length)] : null,
    };

    private static TransportParameters Parameters(Random random, long idle) => new()
    {
        IdleTimeoutMs = idle,
        InitialSessionCredit = Windows[random.Next(Windows.Length)],
        InitialStreamCredit = Windows[random.Next(Windows.Length)],
        MaxStreams = StreamLimits[random.Next(StreamLimits.Length)],
        MaxPacketBytes = random.Next(8) switch { 0 => 1, 1 => 100, 2 => 5000, _ => 16L << 20 },
        MaxAckDelayMicros = random.Next(2) == 0 ? 25_000 : random.Next(100_000),
        MaxUdpPayload = random.Next(4) switch { 0 => 1200, 1 => 1472, _ => TransportParameters.LargestUdpPayload },
    };

    private static SessionOptions Session(Random random, CongestionAlgorithm congestion)
    {
        // With few datagrams in a key generation not so many may be in flight that it is used up before the first ack, nor by some 450 s of probes:
        // the longest outage and, after that, an idle timeout.
        var (keys, window) = random.Next(4) switch { 0 => (500ul, 128L << 10), 1 => (2000ul, 1L << 20), _ => (1ul << 22, 16L << 20) };
        return new SessionOptions
        {
            Congestion = congestion,
            KeyUpdateAfter = keys,
            MaxSessionWindow = random.Next(3) == 0 ? random.Next(1, 100_000) : window,
            MaxStreamWindow = random.Next(3) == 0 ? random.Next(1, 100_000) : window,
            DatagramQueueBytes = random.Next(2) == 0 ? 2000 : 64 << 10,
            MaxUdpPayload = random.Next(3) == 0 ? 1200 : TransportParameters.LargestUdpPayload,
            CipherIdleMicros = random.Next(2) == 0 ? 2_000_000 : 50_000,
        };
    }
}

/// <summary>How the session ends in the end.</summary>
internal enum ScenarioEnding
{
    ClientCloses,
    ServerCloses,
    BothClose,
    ClosesInAHurry,
    Aborts,
    LinkDies,
}
