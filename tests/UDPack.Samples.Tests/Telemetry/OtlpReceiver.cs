using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace UDPack.Samples.Tests.Telemetry;

/// <summary>What an OpenTelemetry collector is to a program that exports: a place that takes OTLP over HTTP.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _waits = [];

    public OtlpReceiver()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }

        _listener.Prefixes.Add($"{Address}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    /// <summary>Waits for a request to this path that has this text in it: names stand as UTF-8 in the protobuf.</summary>
    public async Task UntilAsync(string path, string text)
    {
        var wait = _waits.GetOrAdd($"{path} {text}", static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        Assert.Equal("application/x-protobuf", await wait.Task.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                // Beside each other: metrics must not wait for traces.
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var text = Encoding.UTF8.GetString(body.ToArray());
            foreach (var (key, wait) in _waits)
            {
                var parts = key.Split(' ');
                if (context.Request.Url!.AbsolutePath == parts[0] && text.Contains(parts[1], StringComparison.Ordinal))
                {
                    wait.TrySetResult(context.Request.ContentType ?? "");
                }
            }

            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The exporter gave this request up; it sends again.
        }
    }
}
