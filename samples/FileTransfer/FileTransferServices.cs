using Microsoft.Extensions.DependencyInjection;

namespace FileTransfer;

/// <summary>What server and client need.</summary>
internal static class FileTransferServices
{
    public static IServiceCollection AddFileTransferOptions(this IServiceCollection services)
    {
        services.AddOptions<FileTransferOptions>()
            .BindConfiguration(FileTransferOptions.Section)
            .PostConfigure(options =>
            {
                if (options.FindProblem() is { } problem)
                {
                    throw new InvalidOperationException(problem);
                }
            });
        return services;
    }
}
