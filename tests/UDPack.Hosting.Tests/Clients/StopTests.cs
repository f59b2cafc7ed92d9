using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>A host that stops while services wait for its client.</summary>
public sealed class StopTests
{
    public enum Wait
    {
        Session,
        Send,
        Confirm,
        Stream,
    }

    public static TheoryData<Wait, bool, bool> Waits()
    {
        var all = new TheoryData<Wait, bool, bool>();
        foreach (var wait in Enum.GetValues<Wait>())
        {
            all.Add(wait, false, false);
            all.Add(wait, false, true);
            all.Add(wait, true, false);
            all.Add(wait, true, true);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task Services_that_wait_end_without_an_error_wherever_they_were_added(Wait wait, bool isBeforeClient, bool wasConnected)
    {
        await using var world = new ClientWorld();
        var waiter = new Waiter(world, wait);
        if (isBeforeClient)
        {
            world.Builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(waiter));
        }
        else
        {
            world.Builder.Services.AddSingleton<IHostedService>(waiter);
        }

        await world.RunUnstartedAsync(async () =>
        {
            var server = wasConnected ? world.Listen() : null;
            await world.Host.StartAsync();
            await world.DelayAsync(1);
            if (server is not null)
            {
                await server.DisposeAsync();
                await world.DelayAsync(5);
            }

            waiter.Go.SetResult();
            await world.DelayAsync(5);
            Assert.False(waiter.ExecuteTask!.IsCompleted);
            var before = world.Network.Elapsed;
            await world.Host.StopAsync();
            Assert.Equal(before, world.Network.Elapsed);
            Assert.True(waiter.ExecuteTask.IsCanceled, $"{waiter.ExecuteTask.Exception}");
            Assert.DoesNotContain(world.Logs, record => record.Level >= LogLevel.Error);
        });
    }

    [Fact]
    public async Task Who_waits_without_a_token_is_let_go_as_soon_as_the_host_stops()
    {
        await using var world = new ClientWorld();
        world.Builder.Services.AddHostedService<Patient>();
        await world.RunAsync(async () =>
        {
            await world.DelayAsync(1);
            var before = world.Network.Elapsed;
            await world.Host.StopAsync();
            Assert.Equal(before, world.Network.Elapsed);
        });
    }

    [Fact]
    public async Task A_packet_that_nobody_confirmed_when_the_host_stopped_is_a_cancelled_wait()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            world.Network.Blackhole(TimeSpan.FromHours(1));
            var sending = world.Connection.SendAndConfirmAsync("nobody hears this"u8.ToArray()).AsTask();
            await world.Host.StopAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        });
    }

    private sealed class Waiter(ClientWorld world, Wait wait) : BackgroundService
    {
        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Go.Task;
            await (wait switch
            {
                Wait.Session => world.Connection.GetSessionAsync(stoppingToken).AsTask(),
                Wait.Send => world.Connection.SendAsync("21.5"u8.ToArray(), stoppingToken).AsTask(),
                Wait.Confirm => world.Connection.SendAndConfirmAsync("21.5"u8.ToArray(), stoppingToken).AsTask(),
                _ => world.Connection.OpenStreamAsync(null, stoppingToken).AsTask(),
            });
        }
    }

    /// <summary>Its stop waits for work that knows no token.</summary>
    private sealed class Patient([FromKeyedServices(ClientWorld.Client)] UdpackConnection connection) : IHostedService
    {
        private Task _work = Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _work = connection.GetSessionAsync(CancellationToken.None).AsTask();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Assert.ThrowsAnyAsync<OperationCanceledException>(() => _work);
    }
}
