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
    await builder.Build().RunAsync();
});
