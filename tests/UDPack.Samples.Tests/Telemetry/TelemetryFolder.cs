using System.Net;
using System.Text.Json.Nodes;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests.Telemetry;

/// <summary>A folder for the development key, and the telemetry programs started in it.</summary>
internal sealed class TelemetryFolder : IDisposable
{
    private const string Project = "samples/Telemetry";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("udpack-telemetry-");

    /// <summary>The public half of the key that the server made in development.</summary>
    public ServerPublicKey ServerPublicKey => ServerPublicKey.FromPem(File.ReadAllText(Path.Combine(_folder.FullName, ".udpack", "dev.pub.pem")));

    public void Dispose() => _folder.Delete(recursive: true);

    public async Task<TelemetryServer> StartServerAsync(int port = 0, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var server = Start(["--Urls=http://127.0.0.1:0", $"--Udpack:Server:Endpoints:default:Port={port}"], environment);
        var web = After("Now listening on: ", await server.OutputAsync("Now listening on: "));
        var udp = After("listening on udp://", await server.OutputAsync("listening on udp://"));
        return new TelemetryServer(server, new Uri(web), IPEndPoint.Parse(udp));
    }

    public Program StartDevices(TelemetryServer server, params string[] args) => Start(["devices", $"--Udpack:Clients:devices:RemoteEndPoint={server.EndPoint}", .. args]);

    public Program Start(IEnumerable<string> args, IEnumerable<KeyValuePair<string, string>>? environment = null, string host = "Development") => Program.Start(
        Project, _folder.FullName, args, [new("DOTNET_ENVIRONMENT", host), new("OTEL_EXPORTER_OTLP_ENDPOINT", ""), .. environment ?? []]);

    private static string After(string marker, string line) => line[(line.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..];
}

/// <summary>A running server and its web pages.</summary>
internal sealed class TelemetryServer(Program program, Uri web, IPEndPoint endPoint) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly HttpClient _http = new() { BaseAddress = web };

    public Program Program => program;

    public Uri Web => web;

    public IPEndPoint EndPoint => endPoint;

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(path, UriKind.Relative));

    public Task<string> ReadAsync(string path) => _http.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>Waits until the fleet is as it should be, as the page hears it: one event a second.</summary>
    public async Task<JsonNode> UntilAsync(string what, Func<JsonNode, bool> isSo)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var last = "nothing";
        try
        {
            await using var events = await _http.GetStreamAsync(new Uri("fleet/live", UriKind.Relative), timeout.Token);
            using var reader = new StreamReader(events);
            while (await reader.ReadLineAsync(timeout.Token) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    last = line["data: ".Length..];
                    if (JsonNode.Parse(last) is { } fleet && isSo(fleet))
                    {
                        return fleet;
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below.
        }

        throw new InvalidOperationException($"{what} did not come; the last event was {last}");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await program.DisposeAsync();
    }
}
