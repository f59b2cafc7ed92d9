using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using UDPack.Diagnostics;
using UDPack.Protocol;
using UDPack.Protocol.Sessions;
using UDPack.Tests.Network;

namespace UDPack.Tests.Handshakes;

/// <summary>Clients and strangers cannot fill the log.</summary>
public sealed class ListenerLogTests
{
    private static readonly PeerAddress Stranger = PeerAddress.FromIPv4(0x0A000001, 4242);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogCollector _lines = new();
    private readonly ListenerLog _log;

    public ListenerLogTests()
    {
        var options = new UdpackListenerOptions
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Keys = new StaticKeyStore(new ServerKeyRing(TestKeys.P256)),
            TokenValidator = new TestValidator(),
            TimeProvider = _time,
        };
        _log = new ListenerLog(options, new FakeLogger(_lines));
    }

    [Fact]
    public void A_flood_of_unknown_keys_makes_one_line_a_second_that_counts_the_rest()
    {
        var ring = new ServerKeyRing(TestKeys.P256);
        for (var second = 0; second < 3; second++)
        {
            for (uint i = 0; i < 10_000; i++)
            {
                _log.OnUnknownKey(Stranger, i, ring);
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var lines = _lines.GetSnapshot();
        Assert.Equal([(1022, LogLevel.Information), (1022, LogLevel.Information), (1022, LogLevel.Information)], lines.Select(static line => (line.Id.Id, line.Level)));
        Assert.Contains($"at 10.0.0.1:4242 asks for the server key 00000000, which is not in the ring. Keys held: {TestKeys.P256.PublicKey.KeyIdText} (active).", lines[0].Message, StringComparison.Ordinal);
        Assert.Equal(["0 more were not logged", "9999 more were not logged", "9999 more were not logged"], lines.Select(static line => line.Message[(line.Message.LastIndexOf(". ", StringComparison.Ordinal) + 2)..]));
    }

    [Fact]
    public void A_flood_of_refusals_makes_one_line_a_second_and_hides_no_other()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _log.OnFull(Stranger, SessionLimit.Endpoint, 10_000);
        }

        _log.OnUnknownKey(Stranger, 1, new ServerKeyRing(TestKeys.P256));
        Assert.Equal([1023, 1022], _lines.GetSnapshot().Select(static line => line.Id.Id));
    }

    [Fact]
    public async Task Sessions_that_come_and_go_in_masses_make_a_hundred_lines_a_second_of_each_kind()
    {
        await using var pair = await Pair.ConnectAsync();
        await pair.OnServer.DisposeAsync();
        for (var i = 0; i < 1000; i++)
        {
            _log.OnBegan(pair.OnServer);
            _log.OnEnded(pair.OnServer, TimeSpan.FromSeconds(1));
        }

        Assert.Equal((100, 100), (_lines.GetSnapshot().Count(static line => line.Id.Id == 1020), _lines.GetSnapshot().Count(static line => line.Id.Id == 1021)));

        // And the rest is counted in the next line, or when there is none any more.
        _time.Advance(TimeSpan.FromSeconds(1));
        _log.OnBegan(pair.OnServer);
        _log.OnStopped();
        var line = Assert.Single(_lines.GetSnapshot(), static line => line.Id.Id == 1026);
        Assert.Equal(LogLevel.Debug, line.Level);
        Assert.Equal("Endpoint default: 900 sessions that began and 900 that ended were not logged, as at most 100 a second of each are", line.Message);
    }

    [Fact]
    public async Task A_flood_of_dropped_handshakes_and_of_refused_moves_makes_one_line_a_second_of_each_kind()
    {
        await using var pair = await Pair.ConnectAsync();
        for (var second = 0; second < 3; second++)
        {
            for (var i = 0; i < 10_000; i++)
            {
                _log.OnShakehandDropped(Stranger, DropReason.HandshakesFull);
                _log.OnShakehandDropped(Stranger, DropReason.HandshakeRate);
                _log.OnMoveRefused(pair.OnServer, Stranger, Stranger, SessionLimit.Address);
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var lines = _lines.GetSnapshot();
        Assert.Equal(9, lines.Count);
        Assert.All(lines, static line => Assert.Equal(LogLevel.Information, line.Level));
        Assert.Equal(3, lines.Count(static line => line.Id.Id == 1024));
        Assert.Equal(3, lines.Count(static line => line.Id.Id == 1025 && line.Message.Contains("HandshakeRatePerPrefix, 500 a second", StringComparison.Ordinal)));
        Assert.Equal(3, lines.Count(static line => line.Id.Id == 1025 && line.Message.Contains("HandshakeQueueLength is", StringComparison.Ordinal)));
        Assert.Equal(6, lines.Count(static line => line.Message.EndsWith("9999 more were not logged", StringComparison.Ordinal)));
    }
}
