using EchoServer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Samples;
using UDPack;

return await SampleHost.RunAsync(async () =>
{
    var builder = SampleHost.CreateBuilder(args);
    builder.Services.AddOptions<EchoOptions>().BindConfiguration("Echo");
    builder.Services.AddSingleton<ITokenValidator, ListedTokens>();
    builder.Services.AddUdpackServer();
    builder.Services.AddUdpack(options => options.Handlers.Add<EchoHandler>());

    // Ctrl-C and SIGTERM end it: sessions finish what they do, each hears a goaway, and the exit code is 0.
    await builder.Build().RunAsync();
});
