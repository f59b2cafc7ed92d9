using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Samples;

namespace Chat.Tokens;

/// <summary>Prints a token for somebody: what a login page would do.</summary>
internal static class TokenCommand
{
    public static async Task RunAsync(string[] args)
    {
        var builder = SampleHost.CreateBuilder(args);
        builder.Services.AddChatTokens();
        using var host = builder.Build();
        var token = host.Services.GetRequiredService<ChatTokens>().Issue(builder.Configuration["name"]);
        await Console.Out.WriteLineAsync(token);
    }
}
