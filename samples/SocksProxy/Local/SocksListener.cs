using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocksProxy.Socks;
using UDPack;

namespace SocksProxy.Local;

/// <summary>Takes SOCKS connections. Each is served on its own and waits for no other.</summary>
internal sealed partial class SocksListener(ExitLink exit, IOptions<LocalOptions> options, ILogger<SocksListener> logger) : BackgroundService
{
    private readonly LocalOptions _options = options.Value;
    private readonly SocksHandshake _handshake = new(options.Value.User, options.Value.Password);
    private readonly SemaphoreSlim _places = new(options.Value.MaxConnections);
    private TcpListener? _listener;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var address = IPEndPoint.Parse(_options.Listen);
        _listener = new TcpListener(address);
        try
        {
            _listener.Start();
        }
        catch (SocketException exception)
        {
            throw new InvalidOperationException($"Local:Listen: cannot listen on {address}: {exception.Message}.", exception);
        }

        if (!IPAddress.IsLoopback(address.Address) && _options.User is "")
        {
            LogOpenToAll(address);
        }

        LogListening((IPEndPoint)_listener.LocalEndpoint);
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _listener?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _places.WaitAsync(stoppingToken);
            var socket = await _listener!.AcceptSocketAsync(stoppingToken);
            _ = ServeAsync(socket, stoppingToken);
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stoppingToken)
    {
        try
        {
            using (socket)
            {
                socket.NoDelay = true;
                await using var client = new NetworkStream(socket);
                if (await AskAsync(client, stoppingToken) is { } target)
                {
                    await ConnectAsync(socket, client, target, stoppingToken);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            LogBroken(exception.Message);
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<Target?> AskAsync(NetworkStream client, CancellationToken stoppingToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(_options.HandshakeTimeout);
        return await _handshake.AcceptAsync(client, patience.Token);
    }

    private async Task ConnectAsync(Socket socket, NetworkStream client, Target target, CancellationToken stoppingToken)
    {
        var (reply, stream) = await OpenAsync(target, stoppingToken);
        LogConnected(target, reply);
        await using (stream)
        {
            await SocksHandshake.ReplyAsync(client, reply, stoppingToken);
            if (stream is not null)
            {
                await Relay.RunAsync(socket, stream, stoppingToken);
            }
        }
    }

    private async Task<(SocksReply Reply, UdpackStream? Stream)> OpenAsync(Target target, CancellationToken stoppingToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(_options.OpenTimeout);
        try
        {
            return await exit.OpenAsync(target, patience.Token);
        }
        catch (UdpackException exception)
        {
            LogNoExit(target, exception.Message);
            return (SocksReply.GeneralFailure, null);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            LogNoExit(target, "the exit did not answer in time");
            return (SocksReply.GeneralFailure, null);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "SOCKS 5 on {EndPoint}")]
    private partial void LogListening(IPEndPoint endPoint);

    [LoggerMessage(2, LogLevel.Warning, "everyone who reaches {EndPoint} can use the tunnel; set Local:User and Local:Password")]
    private partial void LogOpenToAll(IPEndPoint endPoint);

    [LoggerMessage(3, LogLevel.Information, "{Target}: {Reply}")]
    private partial void LogConnected(Target target, SocksReply reply);

    [LoggerMessage(4, LogLevel.Warning, "{Target}: no exit: {Text}")]
    private partial void LogNoExit(Target target, string text);

    [LoggerMessage(5, LogLevel.Debug, "a connection ended early: {Text}")]
    private partial void LogBroken(string text);
}
