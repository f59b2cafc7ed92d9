using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Company.UdpackServer1;

/// <summary>The server's parts, for the program and for tests.</summary>
public static class ServerSetup
{
    public static IServiceCollection AddServer(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<TokenOptions>(configuration.GetSection("Tokens"));

        // Settings come from the section Udpack of the configuration.
        services.AddUdpackServer()
            .AddTokenValidator<TokenValidator>()
            .AddHandler<EchoHandler>();
        return services;
    }
}
