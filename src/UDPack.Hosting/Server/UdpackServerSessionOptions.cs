using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>How the server's sessions live. A change takes effect for new sessions.</summary>
public sealed class UdpackServerSessionOptions
{
    /// <summary>A session from which nothing was heard for this long, and a third of it more (at most 10 s, the time a client may rightly be silent), ends; 1 s to 1 day; the smaller value of both sides counts; null: never. Default 30 s.</summary>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan? IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How the server finds out how fast it may send: Bbr or Cubic. Default Bbr.</summary>
    public CongestionAlgorithm Congestion { get; set; } = CongestionAlgorithm.Bbr;

    /// <summary>The largest datagram to send or accept, in bytes of UDP payload, 1200 to 65,507; what a path really carries is found out. Default 65,507.</summary>
    [NumberRange(1200, 65_507)]
    public int MaxUdpPayloadBytes { get; set; } = 65_507;
}
