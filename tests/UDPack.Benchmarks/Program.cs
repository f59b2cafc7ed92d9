using System.Globalization;
using UDPack.Benchmarks;
using UDPack.Benchmarks.Peers;
using UDPack.Benchmarks.Processes;
using UDPack.Benchmarks.Transport.Roles;

// Children of a benchmark are this program in another role.
switch (args)
{
    case ["server", var kind]:
        var server = BenchServer.Create(kind);
        await CommandLoop.RunAsync(server.Greeting, (command, _) => server.ExecuteAsync(command)).ConfigureAwait(false);
        return 0;
    case ["client", var kind, var port, var key]:
        var client = BenchClient.Create(kind, int.Parse(port, CultureInfo.InvariantCulture), key);
        await CommandLoop.RunAsync("ready", client.ExecuteAsync).ConfigureAwait(false);
        return 0;
    case ["transport-server", var peer, var address]:
        var transportServer = new TransportServerRole(peer, address);
        await CommandLoop.RunAsync(transportServer.Greeting, transportServer.ExecuteAsync).ConfigureAwait(false);
        return 0;
    case ["transport-client", var peer, var address, var port, var key]:
        await CommandLoop.RunAsync("ready", new TransportClientRole(peer, address, port, key).ExecuteAsync).ConfigureAwait(false);
        return 0;
}

return BenchmarkCommand.Run(args);
