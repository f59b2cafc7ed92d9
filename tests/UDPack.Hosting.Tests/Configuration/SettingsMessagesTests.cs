using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Configuration;

public sealed class SettingsMessagesTests
{
    [Theory]
    [InlineData("Udpack:Server:EndpointDefaults:Address", "fe80::1", "fe80::1 is link-local and does not say on which link. Add the interface's number, as in fe80::1%2 (ip link lists them).")]
    [InlineData("Udpack:Server:Endpoints:a:Port", "abc", "Set it to a whole number.")]
    [InlineData("Udpack:Server:Endpoints:a:Port", "70000", "Set it to a whole number from 0 to 65535.")]
    [InlineData("Udpack:Server:Endpoints:a:Port", "-1", "Set it to a whole number from 0 to 65535.")]
    [InlineData("Udpack:Server:EndpointDefaults:Port", "65536", "Set it to a whole number from 0 to 65535.")]
    [InlineData("Udpack:Server:EndpointDefaults:Port", "", "Set it to a whole number.")]
    [InlineData("Udpack:Server:Endpoints:a:Address", "localhost", "Set it to an IP address such as 127.0.0.1, 0.0.0.0 (all IPv4) or :: (all IPv6).")]
    [InlineData("Udpack:Server:EndpointDefaults:Address", "300.0.0.1", "Set it to an IP address such as 127.0.0.1, 0.0.0.0 (all IPv4) or :: (all IPv6).")]
    [InlineData("Udpack:Server:Handshake:Timeout", "banana", "Set it to a time as [d.]hh:mm:ss[.fff], such as 00:00:10 for ten seconds.")]
    [InlineData("Udpack:Server:Handshake:Timeout", "10", "Set it to a time as [d.]hh:mm:ss[.fff], such as 00:00:10 for ten seconds.")]
    [InlineData("Udpack:Server:Handshake:Timeout", "00:00:00", "Set it to a time from 00:00:00.1 to 00:10:00.")]
    [InlineData("Udpack:Server:Handshake:AddressValidation", "Sometimes", "Set it to one of: UnderLoad, Always, Never.")]
    [InlineData("Udpack:Server:Handshake:AddressValidation", "1", "Set it to one of: UnderLoad, Always, Never.")]
    [InlineData("Udpack:Server:Handshake:Algorithms:0", "Rot13", "Set it to one of: Aes128Gcm, Aes256Gcm, ChaCha20Poly1305.")]
    [InlineData("Udpack:Server:Handshake:AddressValidationThreshold", "5000", "Set it to at most Udpack:Server:Handshake:MaxPending (4096): beyond that it would never be reached.")]
    [InlineData("Udpack:Server:Handshake:Workers", "0", "Set it to a whole number from 1 to 256.")]
    [InlineData("Udpack:Server:Session:IdleTimeout", "00:00:00.5", "Set it to a time from 00:00:01 to 1.00:00:00.")]
    [InlineData("Udpack:Server:Limits:MaxSessions", "60001", "Set it to a whole number from 1 to 60000.")]
    [InlineData("Udpack:Server:Limits:MaxPacketBytes", "99999999999", "Set it to a whole number.")]
    [InlineData("Udpack:Server:Limits:MaxPacketBytes", "0", "Set it to a whole number from 1 to 1073741824.")]
    [InlineData("Udpack:Server:Limits:MaxStreams", "65537", "Set it to a whole number from 0 to 65536.")]
    [InlineData("Udpack:Server:Limits:MaxBufferedBytes", "10", "Set it to a whole number from 32768 to 1099511627776.")]
    [InlineData("Udpack:Server:Limits:MaxBufferedBytes", "much", "Set it to a whole number.")]
    [InlineData("Udpack:Server:Limits:MaxSessionCreditBytes", "20000", "Set it to at least Udpack:Server:Limits:SessionCreditBytes (1048576).")]
    [InlineData("Udpack:Server:Limits:MaxStreamCreditBytes", "20000", "Set it to at least Udpack:Server:Limits:StreamCreditBytes (262144).")]
    [InlineData("Udpack:Server:Limits:MaxSendBufferBytes", "1200", "Set it to at least Udpack:Server:Limits:SendBufferBytes (262144).")]
    [InlineData("Udpack:Server:Endpoints:a:Limits:MaxSendBufferBytes", "1200", "Set it to at least Udpack:Server:Limits:SendBufferBytes (262144).")]
    [InlineData("Udpack:Server:Endpoints:a:Limits:StreamCreditBytes", "9000000", "Set it to at most Udpack:Server:Limits:MaxStreamCreditBytes (8388608), or raise that.")]
    [InlineData("Udpack:Server:Endpoints:a:Limits:SendBufferBytes", "10", "Set it to a whole number from 1200 to 1073741824.")]
    [InlineData("Udpack:Server:Session:Congestion", "Reno", "Set it to one of: Cubic, Bbr.")]
    [InlineData("Udpack:Server:Session:MaxUdpPayloadBytes", "1199", "Set it to a whole number from 1200 to 65507.")]
    [InlineData("Udpack:Server:Shutdown:DrainTimeout", "02:00:00", "Set it to a time from 00:00:00 to 01:00:00.")]
    public void Bad_values_name_key_value_and_fix(string key, string value, string fix) =>
        Assert.Equal($"{key} has the invalid value '{value}'. {fix}", Assert.Single(TestHost.ServerFailures((key, value))));

    [Theory]
    [InlineData("Udpack:Server:Limit:MaxSessions", "Udpack:Server:Limit is not a known setting. Did you mean Udpack:Server:Limits?")]
    [InlineData("Udpack:Server:Limits:MaxSesions", "Udpack:Server:Limits:MaxSesions is not a known setting. Did you mean Udpack:Server:Limits:MaxSessions?")]
    [InlineData("Udpack:Server:Endpoints:a:Prot", "Udpack:Server:Endpoints:a:Prot is not a known setting. Did you mean Udpack:Server:Endpoints:a:Port?")]
    [InlineData("Udpack:Server:Shutdown:Whatever", "Udpack:Server:Shutdown:Whatever is not a known setting. Udpack:Server:Shutdown has: DrainTimeout.")]
    [InlineData("Udpack:Sever:Limits:MaxSessions", "Udpack:Sever is not a known setting. Did you mean Udpack:Server?")]
    public void Unknown_keys_name_the_nearest_valid_one(string key, string message) =>
        Assert.Equal(message, Assert.Single(TestHost.ServerFailures((key, "1"))));

    [Fact]
    public void Unknown_key_of_the_keys_section_is_found_too()
    {
        var builder = TestHost.CreateBuilder([("Udpack:Keys:Ring:k1:Fil", "k1.key.pem")]);
        builder.Services.AddUdpackServer();
        using var host = builder.Build();

        var exception = Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptions<UdpackKeysOptions>>().Value);
        Assert.Equal("Udpack:Keys:Ring:k1:Fil is not a known setting. Did you mean Udpack:Keys:Ring:k1:File?", Assert.Single(exception.Failures));
    }

    [Theory]
    [InlineData("Udpack:Server:Handshake:Algorithms", "a list of values")]
    [InlineData("Udpack:Server:Endpoints", "a section with one entry per name")]
    [InlineData("Udpack:Server:Shutdown", "a section with: DrainTimeout")]
    public void A_value_where_a_section_belongs_is_said_without_the_value(string key, string expected) =>
        Assert.Equal($"{key} is a single value, but must be {expected}.", Assert.Single(TestHost.ServerFailures((key, "hunter2"))));

    [Fact]
    public async Task A_misspelled_section_is_reported_once()
    {
        var builder = TestHost.CreateBuilder([("Udpack:Kyes:Active", "k1")]);
        builder.Services.AddUdpackServer();
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal("Udpack:Kyes is not a known setting. Did you mean Udpack:Keys?", Assert.Single(exception.Failures));
    }

    [Fact]
    public async Task Mistakes_in_the_keys_fail_the_start_also_with_a_key_store_of_the_application()
    {
        var builder = TestHost.CreateServerBuilder(new FakeListenerFactory(), [("Udpack:Keys:Activ", "k1")]);
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal("Udpack:Keys:Activ is not a known setting. Did you mean Udpack:Keys:Active?", Assert.Single(exception.Failures));
    }

    [Fact]
    public void A_section_where_a_value_belongs_is_said_without_its_content()
    {
        var message = Assert.Single(TestHost.ServerFailures(("Udpack:Server:Limits:MaxSessions:Secret", "hunter2")));
        Assert.Equal("Udpack:Server:Limits:MaxSessions is a section, but must be a single value. Set it to a whole number.", message);
    }

    [Fact]
    public void A_list_needs_numbers()
    {
        var message = Assert.Single(TestHost.ServerFailures(("Udpack:Server:Handshake:Algorithms:first", "Aes128Gcm")));
        Assert.Equal("Udpack:Server:Handshake:Algorithms:first is not an element of a list. Number the elements of Udpack:Server:Handshake:Algorithms from 0.", message);
    }

    [Fact]
    public void All_mistakes_are_reported_at_once() =>
        Assert.Equal(3, TestHost.ServerFailures(
            ("Udpack:Server:Limits:MaxSessions", "x"), ("Udpack:Server:Handshake:Timeout", "y"), ("Udpack:Server:Nope", "z")).Length);

    [Fact]
    public void Unknown_and_unreadable_keys_hide_no_wrong_values()
    {
        var failures = TestHost.ServerFailures(
            ("Udpack:Server:Nope", "z"),
            ("Udpack:Server:Limits:MaxSessions", "x"),
            ("Udpack:Server:Handshake:Timeout", "00:00:00"),
            ("Udpack:Server:Endpoints:a:Limits:MaxStreams", "-1"),
            ("Udpack:Server:Limits:SessionCreditBytes", "33554432"),
            ("Udpack:Server:Endpoints:b:Port", "7000"),
            ("Udpack:Server:Endpoints:c:Port", "7000"));
        string[] expected =
        [
            "Udpack:Server:Nope is not a known setting. ",
            "Udpack:Server:Limits:MaxSessions has the invalid value 'x'. Set it to a whole number.",
            "Udpack:Server:Handshake:Timeout has the invalid value '00:00:00'. ",
            "Udpack:Server:Endpoints:a:Limits:MaxStreams has the invalid value '-1'. ",
            "Udpack:Server:Limits:MaxSessionCreditBytes has the invalid value '16777216'. ",
            "Udpack:Server:Endpoints:c and Udpack:Server:Endpoints:b both use 0.0.0.0:7000. ",
        ];
        Assert.All(expected, beginning => Assert.Single(failures, failure => failure.StartsWith(beginning, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, failures.Length);
    }

    [Fact]
    public void A_limit_that_exceeds_its_largest_value_is_said_once_and_with_both_keys() =>
        Assert.Equal(
            "Udpack:Server:Limits:MaxSessionCreditBytes has the invalid value '16777216'. Set it to at least Udpack:Server:Limits:SessionCreditBytes (33554432).",
            Assert.Single(TestHost.ServerFailures(("Udpack:Server:Limits:SessionCreditBytes", "33554432"), ("Udpack:Server:Endpoints:a:Port", "1"))));

    [Fact]
    public void An_endpoint_may_correct_what_the_common_limits_would_make_wrong() =>
        Assert.Equal(33554432, TestHost.ReadServer(
            ("Udpack:Server:Endpoints:a:Limits:SessionCreditBytes", "33554432"),
            ("Udpack:Server:Endpoints:a:Limits:MaxSessionCreditBytes", "33554432")).Endpoints["a"].Limits.SessionCreditBytes);

    [Fact]
    public void Two_endpoints_cannot_share_an_address_and_port()
    {
        var message = Assert.Single(TestHost.ServerFailures(
            ("Udpack:Server:Endpoints:a:Port", "7000"), ("Udpack:Server:Endpoints:b:Port", "7000")));
        Assert.Equal(
            "Udpack:Server:Endpoints:b and Udpack:Server:Endpoints:a both use 0.0.0.0:7000. Give one of them another Address or Port.", message);
    }

    [Fact]
    public void Endpoints_that_pick_a_port_do_not_conflict() =>
        Assert.Equal(2, TestHost.ReadServer(("Udpack:Server:Endpoints:a:Port", "0"), ("Udpack:Server:Endpoints:b:Port", "0")).Endpoints.Count);

    [Fact]
    public void Other_sections_are_none_of_our_business() =>
        TestHost.ReadServer(("Serilog:MinimumLevel", "Debug"), ("Echo:Greeting", "hi"), ("Udpack:Clients:echo:Token", "t"));
}
