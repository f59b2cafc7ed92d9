#!/usr/bin/env bash
# Expected: hosted services stop in the reverse order of their registration, as the documentation of the Generic Host says. So the web server of a
#           WebApplication, there from CreateBuilder on, stops after what the application registers, and a health check can answer
#           "503 Unhealthy" over HTTP for as long as such a service takes to stop.
# Happens:  Build() of a WebApplication registers the server after everything else. It stops first: its port refuses connections while the
#           services are yet to stop, and HTTP health checks never tell of a stop. A host built with ConfigureWebHostDefaults does what is expected.
# Rests on it here: "While the server drains" in docs/operations.md, and the service that it shows.
set -euo pipefail

command -v dotnet > /dev/null || { echo "needs the .NET SDK"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
</Project>
PROJECT
cat > Program.cs <<'PROGRAM'
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;

var builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
Add(builder.Services);
var app = builder.Build();
app.MapHealthChecks("/health");
Console.Write($"WebApplication: {await AskWhileItStopsAsync(app)}; ");

var host = Host.CreateDefaultBuilder()
    .ConfigureLogging(logging => logging.ClearProviders())
    .ConfigureWebHostDefaults(web => web.UseUrls("http://127.0.0.1:0").Configure(app => app.UseHealthChecks("/health")))
    .ConfigureServices(Add)
    .Build();
Console.WriteLine($"ConfigureWebHostDefaults: {await AskWhileItStopsAsync(host)}");

static void Add(IServiceCollection services)
{
    services.AddSingleton<Slow>();
    services.AddHostedService(provider => provider.GetRequiredService<Slow>());
    services.AddHealthChecks().AddCheck<Slow>("slow");
}

static async Task<string> AskWhileItStopsAsync(IHost host)
{
    await host.StartAsync();
    var slow = host.Services.GetRequiredService<Slow>();
    var url = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    using var http = new HttpClient();
    var before = (int)(await http.GetAsync($"{url}/health")).StatusCode;
    var stopping = host.StopAsync();
    await slow.Stopping;
    string answer;
    try
    {
        answer = $"{(int)(await http.GetAsync($"{url}/health")).StatusCode}";
    }
    catch (HttpRequestException exception)
    {
        answer = $"{(exception.InnerException as System.Net.Sockets.SocketException)?.SocketErrorCode}";
    }

    slow.Release();
    await stopping;
    return $"{before} before the stop, {answer} while a service stops";
}

// Takes as long to stop as it is told to, and is unhealthy from the beginning of the stop.
class Slow(IHostApplicationLifetime lifetime) : IHostedService, IHealthCheck
{
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Stopping => _stopping.Task;

    public void Release() => _release.SetResult();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.SetResult();
        return _release.Task;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy());
}
PROGRAM
dotnet build -v q -nologo -o out > build.log 2>&1 || { cat build.log; exit 77; }
output=$(timeout 60 dotnet out/finding.dll)

echo "version: .NET SDK $(dotnet --version), $(dotnet --list-runtimes | grep -o 'Microsoft.AspNetCore.App 10[^ ]*' | tail -1)"
echo "behaviour: the web server of a WebApplication stops before the hosted services that were registered after it; that of ConfigureWebHostDefaults after them."
echo "output: $output"
[ "$output" = "WebApplication: 200 before the stop, ConnectionRefused while a service stops; ConfigureWebHostDefaults: 200 before the stop, 503 while a service stops" ] \
    || { echo "changed: expected ConnectionRefused and 503"; exit 1; }
