using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SocksProxy;

/// <summary>The section Tunnel of the configuration, for both sides.</summary>
internal sealed class TunnelOptions
{
    /// <summary>What the local side proves itself with. Required outside Development.</summary>
    public string Token { get; set; } = "";

    public static void Add(IHostApplicationBuilder builder)
    {
        var isDevelopment = builder.Environment.IsDevelopment();
        builder.Services.AddOptions<TunnelOptions>()
            .BindConfiguration("Tunnel")
            .PostConfigure(tunnel => tunnel.Token = tunnel.Token is "" && isDevelopment ? "development" : tunnel.Token)
            .Validate(tunnel => tunnel.Token is not "", "Tunnel:Token is empty. Set it to the same secret on both sides, such as with the environment variable Tunnel__Token.")
            .ValidateOnStart();
    }
}
