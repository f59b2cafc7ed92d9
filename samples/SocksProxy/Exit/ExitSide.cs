using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Samples;
using UDPack;

namespace SocksProxy.Exit;

/// <summary>The side that connects to the targets.</summary>
internal static class ExitSide
{
    public static async Task RunAsync(string[] args)
    {
        var builder = SampleHost.CreateBuilder(args);
        TunnelOptions.Add(builder);
        builder.Services.AddOptions<ExitOptions>()
            .BindConfiguration("Exit")
            .Validate(
                exit => exit.ConnectTimeout > TimeSpan.Zero && exit.Allow.All(rule => TargetRule.Parse(rule) is not null),
                "Exit: ConnectTimeout is above zero, and each rule of Allow is where:ports, such as public:443, 10.0.0.0/8:*, *.example.com:80 or loopback:8000-8999.")
            .ValidateOnStart();
        builder.Services.AddSingleton<TargetPolicy>();
        builder.Services.AddSingleton<TargetConnector>();
        builder.Services.AddSingleton<ITokenValidator, TunnelToken>();
        builder.Services.AddUdpackServer().AddHandler<ExitHandler>();
        await builder.Build().RunAsync();
    }

    private sealed class TunnelToken(IOptions<TunnelOptions> tunnel) : ITokenValidator
    {
        private readonly byte[] _token = Encoding.UTF8.GetBytes(tunnel.Value.Token);

        public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(CryptographicOperations.FixedTimeEquals(_token, context.Token.Span)
                ? TokenVerdict.Success()
                : TokenVerdict.Failure("it is not Tunnel:Token"));
    }
}
