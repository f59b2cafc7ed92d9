using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UDPack;
using UDPack.CrashingServer;

// A server whose event loop dies as soon as a client has said anything: what is left to see is how the process ends.
var builder = Host.CreateApplicationBuilder(args);
var ciphers = new FragileCiphers();
builder.Services.AddSingleton<ICipherFactory>(ciphers);
builder.Services.AddUdpackServer().AddHandler(async (session, cancellationToken) =>
{
    using (await session.ReceiveAsync(cancellationToken))
    {
        ciphers.Break();
    }

    await session.SendAsync("too late"u8.ToArray(), cancellationToken);
});
await builder.Build().RunAsync();
