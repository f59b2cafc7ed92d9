using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UDPack.Hosting.Configuration;

namespace UDPack.Hosting.Tests.Configuration;

public sealed class SettingsBindingTests
{
    [Fact]
    public void Every_setting_is_read()
    {
        var options = TestHost.ReadServer(
            ("Udpack:Server:Endpoints:games:Address", "127.0.0.1"),
            ("Udpack:Server:Endpoints:games:Port", "7000"),
            ("Udpack:Server:Endpoints:games:Limits:MaxSessions", "11"),
            ("Udpack:Server:Endpoints:games:Limits:MaxSessionsPerAddress", "12"),
            ("Udpack:Server:Endpoints:games:Limits:MaxSessionsPerPrefix", "15"),
            ("Udpack:Server:Endpoints:games:Limits:MaxPacketBytes", "1100"),
            ("Udpack:Server:Endpoints:games:Limits:SessionCreditBytes", "21301"),
            ("Udpack:Server:Endpoints:games:Limits:MaxSessionCreditBytes", "31301"),
            ("Udpack:Server:Endpoints:games:Limits:StreamCreditBytes", "21303"),
            ("Udpack:Server:Endpoints:games:Limits:MaxStreamCreditBytes", "31303"),
            ("Udpack:Server:Endpoints:games:Limits:MaxStreams", "14"),
            ("Udpack:Server:Endpoints:games:Limits:SendBufferBytes", "1302"),
            ("Udpack:Server:Endpoints:games:Limits:MaxSendBufferBytes", "1304"),
            ("Udpack:Server:Endpoints:games:Limits:DatagramQueueBytes", "1305"),
            ("Udpack:Server:Endpoints:games:Limits:MaxBufferedBytes", "5000000000"),
            ("Udpack:Server:Endpoints:games:Limits:ReceiveBufferBytes", "5000"),
            ("Udpack:Server:EndpointDefaults:Address", "::1"),
            ("Udpack:Server:EndpointDefaults:Port", "7001"),
            ("Udpack:Server:Handshake:Timeout", "00:00:05"),
            ("Udpack:Server:Handshake:MaxPending", "100"),
            ("Udpack:Server:Handshake:AddressValidation", "always"),
            ("Udpack:Server:Handshake:AddressValidationThreshold", "50"),
            ("Udpack:Server:Handshake:RatePerPrefix", "60"),
            ("Udpack:Server:Handshake:BurstPerPrefix", "70"),
            ("Udpack:Server:Handshake:IPv4PrefixLength", "22"),
            ("Udpack:Server:Handshake:IPv6PrefixLength", "48"),
            ("Udpack:Server:Handshake:Algorithms:0", "Aes128Gcm"),
            ("Udpack:Server:Handshake:Algorithms:1", "Aes256Gcm"),
            ("Udpack:Server:Handshake:Workers", "2"),
            ("Udpack:Server:Handshake:QueueLength", "10"),
            ("Udpack:Server:Session:IdleTimeout", "00:01:00"),
            ("Udpack:Server:Session:Congestion", "cubic"),
            ("Udpack:Server:Session:MaxUdpPayloadBytes", "1472"),
            ("Udpack:Server:Limits:MaxSessions", "20"),
            ("Udpack:Server:Limits:MaxSessionsPerAddress", "21"),
            ("Udpack:Server:Limits:MaxSessionsPerPrefix", "25"),
            ("Udpack:Server:Limits:MaxPacketBytes", "70000"),
            ("Udpack:Server:Limits:SessionCreditBytes", "22201"),
            ("Udpack:Server:Limits:MaxSessionCreditBytes", "32201"),
            ("Udpack:Server:Limits:StreamCreditBytes", "22203"),
            ("Udpack:Server:Limits:MaxStreamCreditBytes", "32203"),
            ("Udpack:Server:Limits:MaxStreams", "24"),
            ("Udpack:Server:Limits:SendBufferBytes", "2202"),
            ("Udpack:Server:Limits:MaxSendBufferBytes", "2204"),
            ("Udpack:Server:Limits:DatagramQueueBytes", "2205"),
            ("Udpack:Server:Limits:MaxBufferedBytes", "6000000000"),
            ("Udpack:Server:Limits:ReceiveBufferBytes", "6000"),
            ("Udpack:Server:Shutdown:DrainTimeout", "00:00:03"),
            ("Udpack:Server:KeyLogFile", "keys.log"),
            ("Udpack:Server:AllowKeyLog", "true"));

        Assert.Equal(("keys.log", true), (options.KeyLogFile, options.AllowKeyLog));
        var own = options.Endpoints["GAMES"];
        Assert.Equal(("127.0.0.1", 7000), (own.Address, own.Port));
        Assert.Equal((11, 12, 1100, 1305, 5_000_000_000, 5000), (
            own.Limits.MaxSessions, own.Limits.MaxSessionsPerAddress, own.Limits.MaxPacketBytes,
            own.Limits.DatagramQueueBytes, own.Limits.MaxBufferedBytes, own.Limits.ReceiveBufferBytes));
        Assert.Equal((15, 25), (own.Limits.MaxSessionsPerPrefix, options.Limits.MaxSessionsPerPrefix));
        Assert.Equal((21301, 31301, 21303, 31303, 14, 1302, 1304), (
            own.Limits.SessionCreditBytes, own.Limits.MaxSessionCreditBytes, own.Limits.StreamCreditBytes, own.Limits.MaxStreamCreditBytes,
            own.Limits.MaxStreams, own.Limits.SendBufferBytes, own.Limits.MaxSendBufferBytes));
        Assert.Equal(("::1", 7001), (options.EndpointDefaults.Address, options.EndpointDefaults.Port));
        Assert.Equal(TimeSpan.FromSeconds(5), options.Handshake.Timeout);
        Assert.Equal((100, AddressValidation.Always, 50), (
            options.Handshake.MaxPending, options.Handshake.AddressValidation, options.Handshake.AddressValidationThreshold));
        Assert.Equal((60, 70, 22, 48), (
            options.Handshake.RatePerPrefix, options.Handshake.BurstPerPrefix, options.Handshake.IPv4PrefixLength, options.Handshake.IPv6PrefixLength));
        Assert.Equal([CipherAlgorithm.Aes128Gcm, CipherAlgorithm.Aes256Gcm], options.Handshake.Algorithms);
        Assert.Equal((2, 10), (options.Handshake.Workers, options.Handshake.QueueLength));
        Assert.Equal((TimeSpan.FromMinutes(1), CongestionAlgorithm.Cubic, 1472), (
            options.Session.IdleTimeout, options.Session.Congestion, options.Session.MaxUdpPayloadBytes));
        var limits = options.Limits;
        Assert.Equal((20, 21, 70000, 2205, 6_000_000_000, 6000), (
            limits.MaxSessions, limits.MaxSessionsPerAddress, limits.MaxPacketBytes, limits.DatagramQueueBytes, limits.MaxBufferedBytes, limits.ReceiveBufferBytes));
        Assert.Equal((22201, 32201, 22203, 32203, 24, 2202, 2204), (
            limits.SessionCreditBytes, limits.MaxSessionCreditBytes, limits.StreamCreditBytes, limits.MaxStreamCreditBytes,
            limits.MaxStreams, limits.SendBufferBytes, limits.MaxSendBufferBytes));
        Assert.Equal(TimeSpan.FromSeconds(3), options.Shutdown.DrainTimeout);
    }

    [Fact]
    public void Without_settings_there_is_one_default_endpoint()
    {
        var plan = Assert.Single(EndpointPlan.CreateAll(TestHost.ReadServer()));
        Assert.Equal("default", plan.Name);
        Assert.Equal("0.0.0.0:9000", plan.LocalEndPoint.ToString());
        Assert.Equal(10_000, plan.Limits.MaxSessions);
    }

    [Fact]
    public void An_empty_value_is_unlimited_where_that_is_allowed()
    {
        Assert.Null(TestHost.ReadServer(("Udpack:Server:Session:IdleTimeout", "")).Session.IdleTimeout);
        Assert.Null(TestHost.ReadServer(("Udpack:Server:Session:IdleTimeout", null)).Session.IdleTimeout);
        Assert.Null(TestHost.ReadServer(("Udpack:Server:Handshake:RatePerPrefix", "")).Handshake.RatePerPrefix);
    }

    [Fact]
    public void Endpoints_take_what_they_do_not_say_from_the_defaults()
    {
        var plans = EndpointPlan.CreateAll(TestHost.ReadServer(
            ("Udpack:Server:Endpoints:b:Port", "1"),
            ("Udpack:Server:Endpoints:a:Limits:MaxSessions", "5"),
            ("Udpack:Server:EndpointDefaults:Address", "127.0.0.1"),
            ("Udpack:Server:Limits:MaxSessions", "7")));

        Assert.Equal(["a", "b"], plans.Select(plan => plan.Name));
        Assert.Equal(["127.0.0.1:9000", "127.0.0.1:1"], plans.Select(plan => plan.LocalEndPoint.ToString()));
        Assert.Equal([5, 7], plans.Select(plan => plan.Limits.MaxSessions));
    }

    [Fact]
    public void Code_wins_over_configuration()
    {
        var builder = TestHost.CreateBuilder([("Udpack:Server:Limits:MaxSessions", "5"), ("Udpack:Server:Endpoints:a:Port", "1")]);
        builder.Services.AddUdpackServer(options => options.Limits.MaxSessions = 6)
            .AddEndpoint("a", endpoint => endpoint.Address = "127.0.0.1")
            .AddEndpoint("b");
        using var host = builder.Build();

        var options = host.Services.GetRequiredService<IOptions<UdpackServerOptions>>().Value;
        Assert.Equal(6, options.Limits.MaxSessions);
        Assert.Equal((1, "127.0.0.1"), (options.Endpoints["a"].Port, options.Endpoints["a"].Address));
        Assert.Contains("b", options.Endpoints);
    }

    [Fact]
    public void Another_section_can_be_bound()
    {
        var builder = TestHost.CreateBuilder([("My:Transport:Server:Limits:MaxSessions", "5"), ("Udpack:Server:Limits:MaxSessions", "no number")]);
        builder.Services.AddUdpackServer(builder.Configuration.GetSection("My:Transport"));
        using var host = builder.Build();

        Assert.Equal(5, host.Services.GetRequiredService<IOptions<UdpackServerOptions>>().Value.Limits.MaxSessions);
    }

    [Fact]
    public async Task A_bad_value_fails_the_start_of_the_host()
    {
        var builder = TestHost.CreateBuilder([("Udpack:Server:Limits:MaxSessions", "0")]);
        builder.Services.AddUdpackServer();
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains("Udpack:Server:Limits:MaxSessions has the invalid value '0'. Set it to a whole number from 1 to 60000.", exception.Failures);
    }
}
