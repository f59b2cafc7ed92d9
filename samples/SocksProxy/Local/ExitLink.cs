using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocksProxy.Socks;
using UDPack;

namespace SocksProxy.Local;

/// <summary>The one session with the exit, which carries all connections: a stream each.</summary>
internal sealed class ExitLink : IAsyncDisposable
{
    private readonly UdpackClient _client;
    private readonly SemaphoreSlim _gate = new(1);
    private UdpackSession? _session;

    public ExitLink(IConfiguration configuration, IHostEnvironment environment, IOptions<TunnelOptions> tunnel, ILoggerFactory loggers)
    {
        var section = configuration.GetSection("Udpack:Clients:exit");
        section["Token"] ??= tunnel.Value.Token;
        var options = section.CreateUdpackClientOptions(environment.ContentRootPath);
        options.LoggerFactory = loggers;
        _client = new UdpackClient(options);
    }

    /// <summary>Asks the exit for a connection. With <see cref="SocksReply.Succeeded"/> there is a stream, which is the caller's.</summary>
    public async Task<(SocksReply Reply, UdpackStream? Stream)> OpenAsync(Target target, CancellationToken cancellationToken)
    {
        var session = await GetSessionAsync(cancellationToken);
        var stream = await session.OpenStreamAsync(cancellationToken: cancellationToken);
        try
        {
            await stream.SendAsync(target.ToBytes(), cancellationToken);
            using var answer = await stream.ReceiveAsync(cancellationToken);
            var reply = answer.Length == 1 ? (SocksReply)answer.Span[0] : SocksReply.GeneralFailure;
            if (reply == SocksReply.Succeeded)
            {
                return (reply, stream);
            }

            stream.Abort();
            return (reply, null);
        }
        catch
        {
            stream.Abort();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _gate.Dispose();
    }

    private async Task<UdpackSession> GetSessionAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_session is null || _session.Closed.IsCancellationRequested)
            {
                _session = await _client.ConnectAsync(cancellationToken);
            }

            return _session;
        }
        finally
        {
            _gate.Release();
        }
    }
}
