using System.Diagnostics;
using System.Text;
using AotEcho;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UDPack;
using UDPack.Hosting;

// A server and a client as applications write them: settings from configuration, classes from dependency injection.
using var key = ServerKey.GenerateP256();
var keyFile = Path.Combine(AppContext.BaseDirectory, "k1.key.pem");
File.WriteAllText(keyFile, key.ExportPkcs8Pem());
if (!OperatingSystem.IsWindows())
{
    File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
}

var server = Host.CreateApplicationBuilder(args);
server.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
{
    ["Udpack:Server:Endpoints:default:Address"] = "127.0.0.1",
    ["Udpack:Server:Endpoints:default:Port"] = "0",
    ["Udpack:Server:Session:IdleTimeout"] = "00:00:30",
    ["Udpack:Keys:Active"] = "k1",
    ["Udpack:Keys:Ring:k1:File"] = keyFile,
});
server.Services.AddUdpackServer().AddTokenValidator<TokenValidator>().AddHandler<EchoHandler>().AddHealthCheck();
using var serverHost = server.Build();
await serverHost.StartAsync();
using (var process = Process.GetCurrentProcess())
{
    Console.WriteLine($"ready after {(DateTime.Now - process.StartTime).TotalMilliseconds:0} ms");
}

var client = Host.CreateApplicationBuilder(args);
client.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
{
    ["Udpack:Clients:echo:RemoteEndPoint"] = serverHost.Services.GetRequiredService<IUdpackServer>().Endpoints["default"].ToString(),
    ["Udpack:Clients:echo:ServerPublicKey"] = key.PublicKey.ToPem(),
    ["Udpack:Clients:echo:Token"] = TokenValidator.Token,
    ["Udpack:Clients:echo:Algorithm"] = nameof(CipherAlgorithm.Aes256Gcm),
    ["Udpack:Clients:echo:Handshake:RetryInterval"] = "00:00:01",
});
client.Services.AddUdpackClient("echo");
using var clientHost = client.Build();
await clientHost.StartAsync();
var echo = clientHost.Services.GetRequiredKeyedService<UdpackConnection>("echo");
await echo.SendAsync("over native code"u8.ToArray());
await foreach (var packet in echo.ReadAllAsync())
{
    using (packet)
    {
        Console.WriteLine($"echo: {Encoding.UTF8.GetString(packet.Span)}");
    }

    break;
}

await clientHost.StopAsync();
await serverHost.StopAsync();
return 0;
