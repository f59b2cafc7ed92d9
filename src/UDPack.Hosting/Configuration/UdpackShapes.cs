using static UDPack.Hosting.Configuration.SettingShape;

namespace UDPack.Hosting.Configuration;

/// <summary>The shapes of the sections below "Udpack". Written out, not read by reflection, so that trimming cannot break them; a test compares them with the options types.</summary>
internal static class UdpackShapes
{
    /// <summary>The sections that may stand directly below "Udpack".</summary>
    public static readonly string[] Sections = ["Server", "Keys", "Clients"];

    public static readonly SettingShape Server = Group(
        ("Endpoints", Map(Group(
            ("Address", Text()),
            ("Port", Number(nullable: true)),
            ("Limits", Group(
                ("MaxSessions", Number(nullable: true)),
                ("MaxSessionsPerAddress", Number(nullable: true)),
                ("MaxSessionsPerPrefix", Number(nullable: true)),
                ("MaxPacketBytes", Number(nullable: true)),
                ("SessionCreditBytes", Number(nullable: true)),
                ("MaxSessionCreditBytes", Number(nullable: true)),
                ("StreamCreditBytes", Number(nullable: true)),
                ("MaxStreamCreditBytes", Number(nullable: true)),
                ("MaxStreams", Number(nullable: true)),
                ("SendBufferBytes", Number(nullable: true)),
                ("MaxSendBufferBytes", Number(nullable: true)),
                ("DatagramQueueBytes", Number(nullable: true)),
                ("MaxBufferedBytes", LargeNumber(nullable: true)),
                ("ReceiveBufferBytes", Number(nullable: true))))))),
        ("EndpointDefaults", Group(("Address", Text()), ("Port", Number()))),
        ("Handshake", Group(
            ("Timeout", Time()),
            ("MaxPending", Number()),
            ("AddressValidation", Choice<AddressValidation>()),
            ("AddressValidationThreshold", Number()),
            ("RatePerPrefix", Number(nullable: true)),
            ("BurstPerPrefix", Number()),
            ("IPv4PrefixLength", Number()),
            ("IPv6PrefixLength", Number()),
            ("Algorithms", List(Choice<CipherAlgorithm>())),
            ("Workers", Number(nullable: true)),
            ("QueueLength", Number()))),
        ("Session", Group(
            ("IdleTimeout", Time(nullable: true)),
            ("Congestion", Choice<CongestionAlgorithm>()),
            ("MaxUdpPayloadBytes", Number()))),
        ("Limits", Group(
            ("MaxSessions", Number()),
            ("MaxSessionsPerAddress", Number(nullable: true)),
            ("MaxSessionsPerPrefix", Number(nullable: true)),
            ("MaxPacketBytes", Number()),
            ("SessionCreditBytes", Number()),
            ("MaxSessionCreditBytes", Number()),
            ("StreamCreditBytes", Number()),
            ("MaxStreamCreditBytes", Number()),
            ("MaxStreams", Number()),
            ("SendBufferBytes", Number()),
            ("MaxSendBufferBytes", Number()),
            ("DatagramQueueBytes", Number()),
            ("MaxBufferedBytes", LargeNumber()),
            ("ReceiveBufferBytes", Number()))),
        ("Shutdown", Group(("DrainTimeout", Time()))),
        ("KeyLogFile", Text()),
        ("AllowKeyLog", Flag()));

    public static readonly SettingShape Keys = Group(
        ("Active", Text()),
        ("Password", Text()),
        ("Ring", Map(Group(("File", Text()), ("Password", Text()), ("Pem", Text())))));

    public static readonly SettingShape Client = Group(
        ("RemoteEndPoint", Text()),
        ("ServerPublicKeyFile", Text()),
        ("ServerPublicKey", Text()),
        ("Token", Text()),
        ("Algorithm", Choice<CipherAlgorithm>()),
        ("Handshake", Group(("RetryCount", Number()), ("RetryInterval", Time()))),
        ("ConnectTimeout", Time(nullable: true)),
        ("KeepAlive", Time(nullable: true)),
        ("UnresponsiveAfter", Time(nullable: true)),
        ("InitialConnect", Choice<UdpackClientInitialConnect>()),
        ("PendingSends", Choice<UdpackClientPendingSends>()),
        ("Reconnect", Group(
            ("Enabled", Flag()),
            ("InitialDelay", Time()),
            ("MaxDelay", Time()),
            ("MaxDelayWhenRefused", Time()),
            ("Multiplier", Decimal()),
            ("Jitter", Decimal()),
            ("MaxAttempts", Number(nullable: true)),
            ("MaxTokenRefusals", Number(nullable: true)))),
        ("Session", Group(
            ("IdleTimeout", Time(nullable: true)),
            ("MaxPacketBytes", Number()),
            ("SessionCreditBytes", Number()),
            ("MaxSessionCreditBytes", Number()),
            ("StreamCreditBytes", Number()),
            ("MaxStreamCreditBytes", Number()),
            ("MaxStreams", Number()),
            ("SendBufferBytes", Number()),
            ("MaxSendBufferBytes", Number()),
            ("DatagramQueueBytes", Number()),
            ("Congestion", Choice<CongestionAlgorithm>()),
            ("MaxUdpPayloadBytes", Number()))),
        ("KeyLogFile", Text()),
        ("AllowKeyLog", Flag()));
}
