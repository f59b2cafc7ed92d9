using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using UDPack.Protocol;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class LimitTests
{
    [Fact]
    public async Task A_full_address_is_told_so_at_once_and_has_room_later()
    {
        await using var listener = Net.Listen(options => options.MaxSessionsPerAddress = 2);
        await using var client = Net.Client(listener);
        var sessions = new[] { await client.ConnectAsync().Soon(), await client.ConnectAsync().Soon() };
        await listener.AcceptSessionAsync().Soon();
        await listener.AcceptSessionAsync().Soon();

        await Net.FailsWith(UdpackError.ServerFull, client.ConnectAsync().AsTask());
        Assert.Equal(1, listener.GetStatistics().Refused[HandshakeRejection.Busy]);
        await sessions[0].CloseAsync().Soon();

        await using var third = await client.ConnectAsync().Soon();
        await listener.AcceptSessionAsync().Soon();
        Assert.Equal(2, listener.ActiveSessions);
    }

    [Fact]
    public async Task A_server_at_its_limit_says_so()
    {
        await using var listener = Net.Listen(options => options.MaxSessions = 1);
        await using var first = Net.Client(listener);
        await using var session = await first.ConnectAsync().Soon();
        await listener.AcceptSessionAsync().Soon();

        // Whose time stands still: nothing is waited for.
        await using var client = Net.Client(listener, options => options.TimeProvider = new FakeTimeProvider());
        var exception = await Net.FailsWith(UdpackError.ServerFull, client.ConnectAsync().AsTask());

        Assert.Contains("no room", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, listener.ActiveSessions);
    }

    [Fact]
    public async Task Sessions_nobody_accepts_do_not_pile_up()
    {
        await using var listener = Net.Listen(options => options.MaxSessions = 2);
        await using var client = Net.Client(listener);
        for (var i = 0; i < 16; i++)
        {
            await using var session = await client.ConnectAsync().Soon();
            await session.CloseAsync().Soon();
            await listener.Loop.TurnsUntil(() => listener.ActiveSessions == 0);
        }

        var oneMore = await client.ConnectAsync().Soon();
        await Net.FailsWith(UdpackError.SessionAborted, oneMore.ReceiveAsync().AsTask());
    }

    [Fact]
    public async Task Validators_that_hang_for_good_are_not_started_without_end()
    {
        var time = new FakeTimeProvider();
        var never = new TaskCompletionSource<TokenVerdict>();
        var validator = new TestValidator((_, _) => new ValueTask<TokenVerdict>(never.Task));
        await using var listener = Net.Listen(options =>
        {
            options.TokenValidator = validator;
            options.TimeProvider = time;
            options.MaxPendingHandshakes = 1;
        });
        await using var client = Net.Client(listener, options => options.RetryInterval = TimeSpan.FromMilliseconds(50));
        var first = client.ConnectAsync().AsTask();
        await listener.Loop.TurnsUntil(() => validator.Calls == 1);
        time.Advance(TimeSpan.FromSeconds(10));
        await Net.FailsWith(UdpackError.HandshakeFailed, first);

        await Net.FailsWith(UdpackError.ServerFull, client.ConnectAsync().AsTask());
        Assert.Equal(1, validator.Calls);
    }

    [Theory]
    [InlineData(AddressValidation.Always)]
    [InlineData(AddressValidation.UnderLoad)]
    public async Task A_client_gets_through_a_flood_of_shakehands(AddressValidation validation)
    {
        await using var listener = Net.Listen(options =>
        {
            options.AddressValidation = validation;
            options.AddressValidationThreshold = 4;
            options.MaxPendingHandshakes = 64;
        });
        var shakehand = await CaptureShakehandAsync();
        using var stop = new CancellationTokenSource(Patience.Limit);
        var flood = Task.Run(async () =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var random = new Random(1);
            while (!stop.IsCancellationRequested)
            {
                for (var i = 0; i < 200; i++)
                {
                    // Another client id and another ciphertext each time: it does not open, but has to be tried.
                    random.NextBytes(shakehand.AsSpan(0, 2));
                    shakehand[0] |= 1;
                    random.NextBytes(shakehand.AsSpan(^32));
                    socket.SendTo(shakehand, listener.LocalEndPoint);
                }

                // As fast as the server takes them: what the kernel drops before it, no server can help.
                await listener.Loop.TurnAsync();
            }
        });
        await listener.Loop.TurnsUntil(() => listener.GetStatistics().DatagramsReceived > 100);
        await using var client = Net.Client(listener, options =>
        {
            options.RetryInterval = TimeSpan.FromMilliseconds(100);
            options.MaxAttempts = 20;
        });

        var session = await client.ConnectAsync().Soon();
        await session.SendAndConfirmAsync(new byte[100]).Soon();

        await stop.CancelAsync();
        await flood.Soon();
        if (validation == AddressValidation.Always)
        {
            Assert.Equal(0, listener.GetStatistics().Dropped[DropReason.BadShakehand]);
        }
    }

    [Fact]
    public async Task Garbage_of_every_size_disturbs_neither_side()
    {
        await using var pair = await Pair.ConnectAsync();
        var echo = Net.EchoAsync(pair.OnServer);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var random = new Random(7);
        var server = pair.Listener.LocalEndPoint;
        var client = new IPEndPoint(IPAddress.Loopback, pair.OnClient.LocalEndPoint.Port);
        var id = pair.OnClient.Id;
        for (var size = 0; size <= 1500; size++)
        {
            var garbage = new byte[size];
            random.NextBytes(garbage);
            if (size >= 16)
            {
                // Half of it addressed to the live session, with each opcode.
                if (size % 2 == 0)
                {
                    System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(garbage, id);
                }

                garbage[12] = 0;
                garbage[13] = (byte)(size % 16);
            }

            socket.SendTo(garbage, server);
            socket.SendTo(garbage, client);
            if (size % 100 == 0)
            {
                await Net.AssertEchoesAsync(pair.OnClient);
            }
        }

        socket.SendTo(new byte[65_507], server);
        socket.SendTo(new byte[65_507], client);
        await Net.AssertEchoesAsync(pair.OnClient);
        await pair.OnClient.CloseAsync().Soon();
        await echo.Soon();
    }

    private static async Task<byte[]> CaptureShakehandAsync()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var client = new UdpackClient(Net.ClientOptions(silent.LocalEndPoint!));
        using var cancel = new CancellationTokenSource();
        var connecting = client.ConnectAsync(cancel.Token).AsTask();
        var buffer = new byte[2048];
        var length = await silent.ReceiveAsync(buffer, SocketFlags.None, CancellationToken.None).AsTask().Soon();
        await cancel.CancelAsync();
        await Record.ExceptionAsync(() => connecting.Soon());
        return buffer[..length];
    }
}
