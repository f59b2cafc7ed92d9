using System.Security.Cryptography;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>The echo server answers every kind of data in kind.</summary>
public sealed class EchoKindsTests(RunningEchoServer server) : IClassFixture<RunningEchoServer>, IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(1));
    private UdpackSession _session = null!;

    private CancellationToken Patience => _patience.Token;

    public async Task InitializeAsync() => _session = await UdpackClient.ConnectAsync(
        new UdpackClientOptions
        {
            RemoteEndPoint = server.EndPoint,
            ServerPublicKey = ServerPublicKey.FromPem(await File.ReadAllTextAsync(Path.Combine(server.Folder.Path, "k1.pub.pem"))),
            Token = "secret"u8.ToArray(),
        },
        Patience);

    public async Task DisposeAsync() => await _session.DisposeAsync();

    public void Dispose() => _patience.Dispose();

    [Theory]
    [InlineData(DeliveryMode.Ordered)]
    [InlineData(DeliveryMode.Unordered)]
    [InlineData(DeliveryMode.Deadline)]
    public async Task A_stream_comes_back_on_itself_with_its_end(DeliveryMode mode)
    {
        await using var stream = await _session.OpenStreamAsync(
            new UdpackStreamOptions { Delivery = mode, Deadline = mode == DeliveryMode.Deadline ? TimeSpan.FromSeconds(30) : null }, Patience);
        byte[][] sent = [.. from length in (int[])[0, 1, 1_000, RunningEchoServer.MaxPacketBytes, 5] select RandomNumberGenerator.GetBytes(length)];
        foreach (var packet in sent)
        {
            await stream.SendAsync(packet, Patience);
        }

        stream.CompleteWrites();
        var echoes = new List<byte[]>();
        await foreach (var packet in stream.ReadAllAsync(Patience))
        {
            using (packet)
            {
                echoes.Add(packet.Span.ToArray());
            }
        }

        // The peer's end came after all echoes. Unordered ones come as they come.
        Assert.Equal(sent.Length, echoes.Count);
        Assert.Equal(
            mode == DeliveryMode.Unordered ? sent.Select(Convert.ToHexString).Order(StringComparer.Ordinal) : sent.Select(Convert.ToHexString),
            mode == DeliveryMode.Unordered ? echoes.Select(Convert.ToHexString).Order(StringComparer.Ordinal) : echoes.Select(Convert.ToHexString));
        await stream.WritesClosed.WaitAsync(Patience);
        await stream.ReadsClosed.WaitAsync(Patience);
    }

    [Fact]
    public async Task Streams_are_answered_side_by_side()
    {
        // The first is never finished, and holds up none of the others.
        await using var first = await _session.OpenStreamAsync(cancellationToken: Patience);
        await first.SendAsync("first"u8.ToArray(), Patience);
        for (byte i = 0; i < 20; i++)
        {
            await using var stream = await _session.OpenStreamAsync(cancellationToken: Patience);
            await stream.SendAsync(new[] { i }, Patience);
            using var echo = await stream.ReceiveAsync(Patience);
            Assert.Equal([i], echo.Span.ToArray());
        }

        using var late = await first.ReceiveAsync(Patience);
        Assert.Equal("first"u8.ToArray(), late.Span.ToArray());
    }

    [Fact]
    public async Task A_stream_that_is_given_up_ends_nothing_else()
    {
        var stream = await _session.OpenStreamAsync(cancellationToken: Patience);
        await stream.SendAsync("one"u8.ToArray(), Patience);
        stream.Abort(300);

        await _session.SendAsync("two"u8.ToArray(), Patience);
        using var echo = await _session.ReceiveAsync(Patience);
        Assert.Equal("two"u8.ToArray(), echo.Span.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_160)]
    public async Task An_unreliable_message_comes_back_as_one(int length)
    {
        var message = RandomNumberGenerator.GetBytes(length);

        // Loopback loses nothing, but a message is promised to nobody: several are sent.
        UdpackPacket echo;
        var waiting = _session.ReceiveDatagramAsync(Patience).AsTask();
        do
        {
            _session.SendDatagram(message);
        }
        while (await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(1), Patience)) != waiting);

        using (echo = await waiting)
        {
            Assert.Equal(message, echo.Span.ToArray());
            Assert.Equal(0, echo.Number);
        }

        Assert.False(_session.TryReceive(out _));
    }

    [Fact]
    public async Task A_sequenced_message_comes_back_on_its_lane()
    {
        UdpackPacket echo;
        var waiting = _session.ReceiveDatagramAsync(Patience).AsTask();
        do
        {
            _session.SendSequenced(7, "position"u8);
        }
        while (await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(1), Patience)) != waiting);

        using (echo = await waiting)
        {
            Assert.Equal("position"u8.ToArray(), echo.Span.ToArray());
            Assert.Equal(7, echo.Lane);
            Assert.InRange(echo.Number, 1, long.MaxValue);
        }
    }

    [Fact]
    public async Task The_last_value_of_a_key_comes_back_under_it()
    {
        for (byte i = 0; i < 50; i++)
        {
            _session.SendLatest(4_000_000_000, [i]);
        }

        byte last;
        do
        {
            using var echo = await _session.ReceiveLatestAsync(Patience);
            Assert.Equal(4_000_000_000u, echo.Key);
            last = echo.Span[0];
        }
        while (last != 49);
    }
}
