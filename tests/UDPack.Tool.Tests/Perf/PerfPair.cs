using System.Net;
using UDPack.Tool.Connections;
using UDPack.Tool.Perf;
using UDPack.Tool.Perf.Reports;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Tests.Perf;

/// <summary>A perf server in this process, and clients of it.</summary>
internal sealed class PerfPair : IAsyncDisposable
{
    public const string Token = "secret";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly ServerKey _key = ServerKey.GenerateP256();
    private readonly StringWriter _output = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly UdpackNetwork _network;

    public PerfPair(ContentFault? fault = null, UdpackNetwork? network = null, bool once = false, bool json = false)
    {
        _network = network ?? UdpackNetwork.System;
        Server = new PerfServer(
            new PerfServerOptions
            {
                Binding = new ServerBinding
                {
                    Listen = new IPEndPoint(IPAddress.Loopback, 0),
                    Key = _key,
                    Shared = new SharedSettings { Token = "secret"u8.ToArray() },
                    Network = _network,
                },
                Fault = fault,
                Once = once,
            },
            PerfServerLog.To(_output, json));
        Serving = Server.RunAsync(_stop.Token);
    }

    public PerfServer Server { get; }

    /// <summary>Ends when the server does; false if it was to serve one client and that failed.</summary>
    public Task<bool> Serving { get; }

    /// <summary>What the server wrote, the line about its start left out.</summary>
    public string[] Lines => [.. _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Skip(1)];

    public string PublicKeyPem => _key.PublicKey.ToPem();

    public PerfPlan Plan => new()
    {
        Connection = new ClientConnection
        {
            Server = Server.LocalEndPoint,
            ServerPublicKey = _key.PublicKey,
            Shared = new SharedSettings { Token = "secret"u8.ToArray() },
            Network = _network,
        },
    };

    public async Task<PerfReport> RunAsync(Func<PerfPlan, PerfPlan> change) =>
        await new PerfClient(change(Plan)).RunAsync(CancellationToken.None).WaitAsync(Patience);

    /// <summary>Stops the server, as Ctrl-C does.</summary>
    public async Task<bool> StopAsync()
    {
        await _stop.CancelAsync();
        return await Serving.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Server.DisposeAsync();
        _stop.Dispose();
        _key.Dispose();
    }
}
