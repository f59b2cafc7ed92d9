using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UDPack.Hosting;
using UDPack.Samples.Tests.Docs.Running;

namespace UDPack.Samples.Tests;

/// <summary>What /health answers over HTTP while the UDPack server of the same host drains, as docs/operations.md says.</summary>
public sealed class HealthWhileDrainingTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServerKey _key = ServerKey.GenerateP256();
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IHost? _host;
    private string _url = "";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _release.TrySetResult();
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }

        _key.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_a_web_application_nothing_answers_for_the_rest_of_the_drain(bool concurrently)
    {
        await using var session = await StartAsync(Web(services => services.Configure<HostOptions>(options => options.ServicesStopConcurrently = concurrently)));

        var stopping = _host!.StopAsync();
        await _draining.Task.WaitAsync(Patience);

        // Perhaps the end of Kestrel is yet to come; when it has, there is no way back.
        while (await AskAsync() is { } status)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        }

        Assert.Equal(HealthStatus.Unhealthy, await CheckAsync());
        Assert.Null(await AskAsync());
        Assert.False(stopping.IsCompleted);
        Assert.Null(session.CloseReason);

        _release.SetResult();
        await stopping.WaitAsync(Patience);
    }

    [Fact]
    public async Task With_the_documents_service_the_answer_is_503_until_the_sessions_have_ended()
    {
        var service = DocumentProgram.Load("docs/operations.md", "draining").GetType("AnswerWhileDraining")!;
        await using var session = await StartAsync(Web(services => services.AddSingleton(typeof(IHostedService), service)));
        await AnswersThroughoutAsync(session);
    }

    [Fact]
    public async Task Where_kestrel_is_registered_first_the_answer_is_503_until_the_server_has_stopped()
    {
        var host = Host.CreateDefaultBuilder()
            .ConfigureWebHostDefaults(web => web.UseUrls("http://127.0.0.1:0").Configure(app => app.UseHealthChecks("/health")))
            .ConfigureServices(AddServer)
            .ConfigureLogging(logging => logging.ClearProviders())
            .ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection(Settings));
        await using var session = await StartAsync(host.Build());
        await AnswersThroughoutAsync(session);
    }

    private static IEnumerable<KeyValuePair<string, string?>> Settings =>
    [
        new("Udpack:Server:EndpointDefaults:Address", "127.0.0.1"),
        new("Udpack:Server:EndpointDefaults:Port", "0"),
    ];

    private async Task AnswersThroughoutAsync(UdpackSession session)
    {
        var stopping = _host!.StopAsync();
        await _draining.Task.WaitAsync(Patience);

        // Kestrel needs some 10 ms to close its port, if it is told to.
        for (var until = Environment.TickCount64 + 500; Environment.TickCount64 < until;)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync());
        }

        Assert.False(stopping.IsCompleted);
        Assert.Null(session.CloseReason);

        _release.SetResult();
        await stopping.WaitAsync(Patience);
        Assert.Null(await AskAsync());
    }

    private WebApplication Web(Action<IServiceCollection> before)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        before(builder.Services);
        AddServer(builder.Services);
        var app = builder.Build();
        app.UseHealthChecks("/health");
        return app;
    }

    private void AddServer(IServiceCollection services)
    {
        services.AddSingleton<IKeyStore>(new StaticKeyStore(new ServerKeyRing(_key)));
        services.AddUdpackServer()
            .AddTokenValidator((_, _) => ValueTask.FromResult(TokenVerdict.Success()))
            .AddHandler(HoldAsync);
        services.AddHealthChecks().AddUdpack();
    }

    /// <summary>A handler that is asked to finish, and does not before the test says so.</summary>
    private async Task HoldAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        await session.SendAsync("begun"u8.ToArray(), CancellationToken.None);
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _draining.SetResult();
        await _release.Task;
    }

    private async Task<UdpackSession> StartAsync(IHost host)
    {
        _host = host;
        await host.StartAsync();
        _url = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var session = await UdpackClient.ConnectAsync(new UdpackClientOptions
        {
            RemoteEndPoint = host.Services.GetRequiredService<IUdpackServer>().Endpoints["default"],
            ServerPublicKey = _key.PublicKey,
            Token = "token"u8.ToArray(),
        });
        (await session.ReceiveAsync().AsTask().WaitAsync(Patience)).Dispose();
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        return session;
    }

    /// <summary>The answer on a connection of its own, or null if there is none.</summary>
    private async Task<HttpStatusCode?> AskAsync()
    {
        using var http = new HttpClient { Timeout = Patience };
        try
        {
            using var response = await http.GetAsync(new Uri($"{_url}/health"));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private async Task<HealthStatus> CheckAsync() =>
        (await _host!.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;
}
