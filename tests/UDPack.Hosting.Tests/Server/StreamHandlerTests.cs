using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Server;

/// <summary>Streams and messages in handlers, over real sockets on loopback.</summary>
public sealed class StreamHandlerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeKeyStore _keys = new();
    private readonly HostApplicationBuilder _builder = TestHost.CreateBuilder(
        [("Udpack:Server:EndpointDefaults:Address", "127.0.0.1"), ("Udpack:Server:EndpointDefaults:Port", "0")]);

    public StreamHandlerTests() => _builder.Services.AddSingleton<IKeyStore>(_keys);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Each_stream_is_handled_beside_the_others_and_closed_when_its_call_returns()
    {
        var release = new TaskCompletionSource();
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnStream = async (_, stream, token) =>
            {
                await foreach (var packet in stream.ReadAllAsync(token))
                {
                    using (packet)
                    {
                        if (packet.Length == 0)
                        {
                            await release.Task;
                        }

                        await stream.SendAsync(packet.Memory, token);
                    }
                }
            },
        });
        await using var session = await ConnectAsync(host);
        var stuck = await session.OpenStreamAsync();
        await stuck.SendAsync(default);
        for (var i = 0; i < 3; i++)
        {
            var stream = await session.OpenStreamAsync();
            await stream.SendAsync("hello"u8.ToArray());
            stream.CompleteWrites();
            Assert.Equal("hello", await ReceiveAsync(stream));
            Assert.Null(await ReceiveAsync(stream));
        }

        release.SetResult();
        Assert.Equal("", await ReceiveAsync(stuck));
    }

    [Fact]
    public async Task A_handler_without_OnStreamAsync_refuses_streams_and_goes_on()
    {
        using var host = await StartAsync(new UdpackCallbacks { OnPacket = (session, packet, token) => session.SendAsync(packet, token) });
        await using var session = await ConnectAsync(host);
        var stream = await session.OpenStreamAsync();

        var exception = await Assert.ThrowsAsync<UdpackException>(() => ReceiveAsync(stream));

        Assert.Equal((UdpackError.StreamAborted, (ushort)1), (exception.Error, exception.ApplicationCode));
        await session.SendAsync("still here"u8.ToArray());
        using var packet = await session.ReceiveAsync().AsTask().WaitAsync(Patience);
        Assert.Equal("still here", Encoding.UTF8.GetString(packet.Span));
    }

    [Fact]
    public async Task A_failing_stream_is_aborted_with_code_2_and_logged_once_and_its_session_lives()
    {
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnPacket = (session, packet, token) => session.SendAsync(packet, token),
            OnStream = async (_, stream, token) =>
            {
                (await stream.ReceiveAsync(token)).Dispose();
                throw new InvalidOperationException("boom");
            },
        });
        await using var session = await ConnectAsync(host);
        var stream = await session.OpenStreamAsync();
        await stream.SendAsync("x"u8.ToArray());

        var exception = await Assert.ThrowsAsync<UdpackException>(() => ReceiveAsync(stream));

        Assert.Equal((UdpackError.StreamAborted, (ushort)2), (exception.Error, exception.ApplicationCode));
        await session.SendAsync("still here"u8.ToArray());
        (await session.ReceiveAsync().AsTask().WaitAsync(Patience)).Dispose();
        await host.StopAsync().WaitAsync(Patience);
        var record = Assert.Single(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Level >= LogLevel.Error);
        Assert.Equal((2042, "boom"), (record.Id.Id, record.Exception!.Message));
        Assert.Contains($"stream {stream.Id} of session {session.Id:x8}", record.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_the_client_gives_up_is_no_failure()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnStream = async (_, stream, token) =>
            {
                begun.SetResult();
                try
                {
                    await stream.ReceiveAsync(token);
                }
                finally
                {
                    ended.SetResult();
                }
            },
        });
        await using var session = await ConnectAsync(host);
        var stream = await session.OpenStreamAsync();
        await begun.Task.WaitAsync(Patience);
        stream.Abort(300);
        await ended.Task.WaitAsync(Patience);
        await session.CloseAsync();
        await host.StopAsync().WaitAsync(Patience);

        Assert.DoesNotContain(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Not_more_calls_run_at_once_than_the_client_may_have_streams_open_however_many_it_aborts()
    {
        var running = 0;
        var most = 0;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _builder.Services.AddUdpackServer(options => options.Limits.MaxStreams = 2);
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnStream = async (_, _, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                if (Volatile.Read(ref running) == 2)
                {
                    full.TrySetResult();
                }

                await release.Task;
                Interlocked.Decrement(ref running);
            },
        });
        await using var session = await ConnectAsync(host);
        var streams = new List<UdpackStream>();
        for (var i = 0; i < 2; i++)
        {
            streams.Add(await session.OpenStreamAsync());
        }

        await full.Task.WaitAsync(Patience);
        for (var i = 0; i < 20; i++)
        {
            streams[^1].Abort();
            streams.Add(await session.OpenStreamAsync().AsTask().WaitAsync(Patience));
        }

        await session.SendAndConfirmAsync(new byte[1]).AsTask().WaitAsync(Patience);
        Assert.Equal(2, Volatile.Read(ref most));
        release.SetResult();
    }

    [Fact]
    public async Task A_stopping_server_tells_streams_to_finish_and_waits_for_them()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var events = new ConcurrentQueue<string>();
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnStream = async (_, stream, token) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
                await stream.SendAsync("last words"u8.ToArray(), CancellationToken.None);
                events.Enqueue("stream done");
            },
            OnDisconnected = (_, _) =>
            {
                events.Enqueue("disconnected");
                return ValueTask.CompletedTask;
            },
        });
        await using var session = await ConnectAsync(host);
        var stream = await session.OpenStreamAsync();
        await begun.Task.WaitAsync(Patience);

        await host.StopAsync().WaitAsync(Patience);

        Assert.Equal("last words", await ReceiveAsync(stream));
        Assert.Equal(["stream done", "disconnected"], events);
    }

    [Fact]
    public async Task Streams_a_client_left_behind_when_it_closed_are_still_handled()
    {
        var received = new ConcurrentQueue<string>();
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnStream = async (_, stream, _) =>
            {
                await foreach (var packet in stream.ReadAllAsync(CancellationToken.None))
                {
                    using (packet)
                    {
                        received.Enqueue(Encoding.UTF8.GetString(packet.Span));
                    }
                }
            },
        });
        var session = await ConnectAsync(host);
        for (var i = 0; i < 10; i++)
        {
            await using var stream = await session.OpenStreamAsync();
            await stream.SendAsync(Encoding.UTF8.GetBytes($"{i}"));
        }

        await session.CloseAsync();
        await host.StopAsync().WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), received.Order());
    }

    [Fact]
    public async Task Messages_are_handled_one_at_a_time_and_can_be_answered()
    {
        var running = 0;
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnDatagram = async (session, message, _) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref running));
                await Task.Yield();
                session.SendDatagram(message.Span);
                Interlocked.Decrement(ref running);
            },
        });
        await using var session = await ConnectAsync(host);
        for (var i = 0; i < 50; i++)
        {
            session.SendDatagram(BitConverter.GetBytes(i));
            using var answer = await session.ReceiveDatagramAsync().AsTask().WaitAsync(Patience);
            Assert.Equal(i, BitConverter.ToInt32(answer.Span));
        }

        await host.StopAsync().WaitAsync(Patience);
        Assert.DoesNotContain(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_failing_message_ends_its_session_and_is_logged_once()
    {
        var reason = new TaskCompletionSource<UdpackCloseReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnDatagram = (_, _, _) => throw new InvalidOperationException("boom"),
            OnDisconnected = (_, why) =>
            {
                reason.SetResult(why);
                return ValueTask.CompletedTask;
            },
        });
        await using var session = await ConnectAsync(host);
        session.SendDatagram("x"u8);

        var exception = await Assert.ThrowsAsync<UdpackException>(() => session.ReceiveAsync().AsTask().WaitAsync(Patience));

        Assert.Equal(UdpackError.SessionAborted, exception.Error);
        Assert.Equal(SessionEndCause.Aborted, (await reason.Task.WaitAsync(Patience)).Cause);
        await host.StopAsync().WaitAsync(Patience);
        var record = Assert.Single(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Level >= LogLevel.Error);
        Assert.Equal((2040, "boom"), (record.Id.Id, record.Exception!.Message));
    }

    [Fact]
    public async Task A_packet_handler_that_fails_takes_its_streams_along()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnPacket = (_, _, _) => throw new InvalidOperationException("boom"),
            OnStream = async (_, stream, _) =>
            {
                try
                {
                    await stream.ReceiveAsync(CancellationToken.None);
                    await stream.ReceiveAsync(CancellationToken.None);
                }
                finally
                {
                    ended.SetResult();
                }
            },
        });
        await using var session = await ConnectAsync(host);
        var stream = await session.OpenStreamAsync();
        await stream.SendAndConfirmAsync(new byte[1]);
        await session.SendAsync(new byte[1]);

        await ended.Task.WaitAsync(Patience);
        await host.StopAsync().WaitAsync(Patience);
        Assert.Single(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_session_handler_accepts_streams_itself()
    {
        _builder.Services.AddUdpackServer().AddHandler(async (session, token) =>
        {
            await foreach (var stream in session.AcceptStreamsAsync(token))
            {
                await using (stream)
                {
                    using var packet = await stream.ReceiveAsync(token);
                    await stream.SendAsync(packet.Memory, token);
                }
            }
        });
        using var host = await StartAsync();
        await using var session = await ConnectAsync(host);
        var stream = await session.OpenStreamAsync();
        await stream.SendAsync("hello"u8.ToArray());

        Assert.Equal("hello", await ReceiveAsync(stream));
    }

    private async Task<IHost> StartAsync(UdpackCallbacks? callbacks = null)
    {
        if (callbacks is not null)
        {
            _builder.Services.AddUdpackServer().AddHandler(callbacks);
        }

        var host = _builder.Build();
        await host.StartAsync().WaitAsync(Patience);
        return host;
    }

    private async Task<UdpackSession> ConnectAsync(IHost host) => await UdpackClient.ConnectAsync(new UdpackClientOptions
    {
        RemoteEndPoint = host.Services.GetRequiredService<IUdpackServer>().Endpoints["default"],
        ServerPublicKey = _keys.Current.Active.PublicKey,
        Token = "token"u8.ToArray(),
    }).AsTask().WaitAsync(Patience);

    private static async Task<string?> ReceiveAsync(UdpackStream stream)
    {
        using var packet = await stream.ReceiveAsync().AsTask().WaitAsync(Patience);
        return packet.IsEnd ? null : Encoding.UTF8.GetString(packet.Span);
    }
}
