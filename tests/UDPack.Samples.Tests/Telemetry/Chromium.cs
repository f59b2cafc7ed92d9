using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using UDPack.Finding;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests.Telemetry;

/// <summary>A page in a headless Chromium of its own, spoken to over the DevTools protocol.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly ClientWebSocket _page = new();
    private readonly Lines _error = new();
    private readonly Task _pump;
    private int _lastId;

    private Chromium(Process process, DirectoryInfo profile)
    {
        _process = process;
        _profile = profile;
        _pump = _error.PumpAsync(process.StandardError);
    }

    /// <summary>The browser's executable; null if there is none.</summary>
    public static string? Path { get; } = Executables.Find("chromium", "chromium-browser");

    public static async Task<Chromium> OpenAsync(Uri address)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var profile = Directory.CreateTempSubdirectory("udpack-chromium-");
        var start = new ProcessStartInfo(
            Path!,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,1000",
                $"--user-data-dir={profile.FullName}", "--remote-debugging-port=0", "about:blank",
            ])
        {
            RedirectStandardError = true,
        };
        var browser = new Chromium(Process.Start(start)!, profile);
        try
        {
            const string marker = "DevTools listening on ";
            var line = await browser._error.WaitForAsync(marker, 0, timeout.Token);
            var debugger = new Uri(line[(line.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..]);
            using var http = new HttpClient();
            using var created = await http.PutAsync(new Uri($"http://{debugger.Authority}/json/new?about:blank"), null, timeout.Token);
            var target = await created.Content.ReadFromJsonAsync<JsonNode>(timeout.Token);
            await browser._page.ConnectAsync(new Uri((string)target!["webSocketDebuggerUrl"]!), timeout.Token);
            await browser.NavigateAsync(address, timeout.Token);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until an expression is true in the page, and fails with what the page shows if it does not become so.</summary>
    public async Task UntilAsync(string expression)
    {
        var condition = await EvaluateAsync(
            $$"""
            new Promise(done => {
              const end = Date.now() + {{(int)Patience.TotalMilliseconds / 2}};
              const look = () => ({{expression}}) ? done(true) : Date.now() > end ? done(false) : setTimeout(look, 100);
              look();
            })
            """);
        Assert.True((bool)condition!, $"{expression} did not become true; the page shows:\n{await TextAsync("body")}");
    }

    /// <summary>The text of the first element that the selector finds.</summary>
    public async Task<string> TextAsync(string selector) =>
        (string)(await EvaluateAsync($"document.querySelector({JsonSerializer.Serialize(selector)}).innerText"))!;

    /// <summary>Writes a picture of the page below artifacts/screenshots.</summary>
    public async Task ScreenshotAsync(string name, string colorScheme)
    {
        await CallAsync("Emulation.setEmulatedMedia", new JsonObject
        {
            ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = colorScheme }),
        });
        // Canvases are painted with the next event, in the new colours.
        await EvaluateAsync("new Promise(done => setTimeout(done, 1500))");
        var picture = await CallAsync("Page.captureScreenshot", []);
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Repository.Root, "artifacts", "screenshots"));
        await File.WriteAllBytesAsync(System.IO.Path.Combine(folder.FullName, name), Convert.FromBase64String((string)picture["data"]!));
    }

    public async ValueTask DisposeAsync()
    {
        _page.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _pump;
        _process.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // One of the browser's processes still writes; the folder is the system's to clean.
        }
    }

    private async Task NavigateAsync(Uri address, CancellationToken cancellationToken)
    {
        await CallAsync("Page.enable", []);
        await CallAsync("Page.navigate", new JsonObject { ["url"] = address.AbsoluteUri });
        while ((string?)(await ReadAsync(cancellationToken))["method"] != "Page.loadEventFired")
        {
        }
    }

    private async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        Assert.True(answer["exceptionDetails"] is null, $"{expression}: {answer["exceptionDetails"]}");
        return answer["result"]!["value"];
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var id = ++_lastId;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await _page.SendAsync(JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, true, timeout.Token);
        while (true)
        {
            var message = await ReadAsync(timeout.Token);
            if ((int?)message["id"] == id)
            {
                return message["result"] ?? throw new InvalidOperationException($"{method}: {message["error"]}");
            }
        }
    }

    private async Task<JsonNode> ReadAsync(CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await _page.ReceiveAsync(buffer, cancellationToken);
            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonNode.Parse(text.ToArray())!;
            }
        }
    }
}
