using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests.Telemetry;

/// <summary>Devices come and go.</summary>
public sealed class DeviceFleetTests : IDisposable
{
    private const int Count = 20;

    private readonly TelemetryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Flaky_devices_come_back()
    {
        await using var server = await _folder.StartServerAsync();
        await using var devices = _folder.StartDevices(server, "--count", $"{Count}", "--rate", "10", "--flaky", "1", "--drop-after", "00:00:01");

        var fleet = await server.UntilAsync(
            "a device that was here three times",
            fleet => fleet["busiest"]!.AsArray().Any(device => (int)device!["connects"]! >= 3));
        Assert.InRange((long)fleet["left"]!, 2, long.MaxValue);
    }

    [UnixFact]
    public async Task The_fleet_survives_a_restart_of_the_server()
    {
        var server = await _folder.StartServerAsync();
        var port = server.EndPoint.Port;
        await using var devices = _folder.StartDevices(server, "--count", $"{Count}", "--rate", "5", "--flaky", "0");
        await server.UntilAsync("the fleet", fleet => (int)fleet["sessions"]! == Count);

        await server.Program.KillAsync();
        await server.DisposeAsync();
        await using var second = await _folder.StartServerAsync(port);
        await second.UntilAsync("the fleet again", fleet => (int)fleet["sessions"]! == Count);
    }

    [UnixFact]
    public async Task Both_programs_end_well()
    {
        await using var server = await _folder.StartServerAsync();
        await using var devices = _folder.StartDevices(server, "--count", $"{Count}", "--flaky", "0");
        await devices.OutputAsync($"all {Count} devices are connected");

        devices.Terminate();
        Assert.Equal(0, await devices.ExitAsync());
        await server.UntilAsync("an empty fleet", fleet => (int)fleet["sessions"]! == 0 && (long)fleet["left"]! == Count);
        server.Program.Terminate();
        Assert.Equal(0, await server.Program.ExitAsync());
    }

    [Fact]
    public async Task What_is_no_reading_ends_the_session()
    {
        await using var server = await _folder.StartServerAsync();
        await using var session = await UdpackClient.ConnectAsync(new UdpackClientOptions
        {
            RemoteEndPoint = server.EndPoint,
            ServerPublicKey = _folder.ServerPublicKey,
            Token = "development"u8.ToArray(),
        });

        await session.SendAsync("hello"u8.ToArray());
        var ended = await Assert.ThrowsAsync<UdpackException>(async () => (await session.ReceiveAsync()).Dispose());
        Assert.Equal((ushort)256, ended.ApplicationCode);
        await server.Program.OutputAsync("sent 5 bytes that are no reading");
    }

    [Fact]
    public async Task Outside_development_a_token_is_needed()
    {
        await using var server = _folder.Start(["--Urls=http://127.0.0.1:0"], host: "Production");
        await server.FailsWithAsync("error: *Fleet:Token is empty. Set it to a secret of your own, *");
    }

    [Theory]
    [InlineData("--count", "0")]
    [InlineData("--loss", "1")]
    public async Task Too_much_is_refused(string option, string value)
    {
        await using var devices = _folder.Start(["devices", option, value]);
        await devices.FailsWithAsync("error: Devices: Count is 1 to 50,000, *");
    }
}
