using Microsoft.Extensions.Hosting;

namespace UDPack.Hosting.Clients;

/// <summary>Connects all clients when the host starts and closes them when it stops.</summary>
internal sealed class ClientService(ClientConnections clients) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in clients.All)
        {
            connection.Start();
        }

        return Task.CompletedTask;
    }

    // Not before: a server of the same host admits nobody until all services have started.
    public Task StartedAsync(CancellationToken cancellationToken) => Task.WhenAll(
        clients.All.Where(static connection => connection.MustConnect).Select(connection => connection.FirstConnectAsync().WaitAsync(cancellationToken)));

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in clients.All)
        {
            connection.ConnectNoMore();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(clients.All.Select(connection => connection.CloseAsync(cancellationToken)));

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
