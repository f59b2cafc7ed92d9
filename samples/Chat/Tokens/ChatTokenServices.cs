using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Chat.Tokens;

/// <summary>What all commands need: the settings, checked, and the tokens made with them.</summary>
internal static class ChatTokenServices
{
    public static IServiceCollection AddChatTokens(this IServiceCollection services)
    {
        services.AddOptions<ChatOptions>()
            .BindConfiguration(ChatOptions.Section)
            .PostConfigure(options =>
            {
                if (options.FindProblem() is { } problem)
                {
                    throw new InvalidOperationException(problem);
                }
            });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ChatTokens>();
        return services;
    }
}
