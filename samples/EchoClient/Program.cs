using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Samples;
using UDPack;

return await SampleHost.RunAsync(async () =>
{
    var builder = SampleHost.CreateBuilder(args);
    builder.Services.AddUdpackClient("echo");
    using var host = builder.Build();
    await using var client = host.Services.GetRequiredKeyedService<UdpackClient>("echo");

    await using var session = await client.ConnectAsync();
    await Console.Error.WriteLineAsync($"connected to {session.RemoteEndPoint}, session {session.Id:x8}, {session.Algorithm}");

    // Reading standard input cannot be cancelled, so it waits beside the session: whichever ends first decides.
    var ended = new TaskCompletionSource();
    await using var _ = session.Closed.Register(ended.SetResult);
    while (await NextLineAsync(ended.Task) is { } line)
    {
        await session.SendAsync(Encoding.UTF8.GetBytes(line));
        using var echo = await session.ReceiveAsync();
        Console.WriteLine(Encoding.UTF8.GetString(echo.Span));
    }

    if (session.CloseReason is { } reason)
    {
        throw new UdpackException(UdpackError.SessionClosed, $"The session ended: {reason.Cause}.");
    }

    await session.CloseAsync();
});

static async Task<string?> NextLineAsync(Task ended)
{
    var line = Task.Run(Console.In.ReadLine);
    return await Task.WhenAny(line, ended) == line ? await line : null;
}
