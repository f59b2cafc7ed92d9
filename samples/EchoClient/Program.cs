using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Samples;
using UDPack;
using UDPack.Hosting;

return await SampleHost.RunAsync(async () =>
{
    var builder = SampleHost.CreateBuilder(args);
    builder.Services.AddUdpackClient("echo");
    using var host = builder.Build();

    // InitialConnect is Throw, so this fails if there is no server.
    await host.StartAsync();
    var connection = host.Services.GetRequiredKeyedService<UdpackConnection>("echo");
    var session = await connection.GetSessionAsync();
    await Console.Error.WriteLineAsync($"connected to udp://{session.RemoteEndPoint}, session {session.Id:x8}, {session.Algorithm}");

    // Ctrl-C ends the input, so that the server hears the goodbye.
    var interrupted = new TaskCompletionSource<string?>();
    await using var ctrlC = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => interrupted.TrySetResult(null));

    // A receive always waits: it also says at once, and why, when the session ends.
    var echo = session.ReceiveAsync().AsTask();
    while (await NextLineAsync(interrupted.Task, echo) is { } line)
    {
        await connection.SendAsync(Encoding.UTF8.GetBytes(line));
        using (var packet = await echo)
        {
            Console.WriteLine(Encoding.UTF8.GetString(packet.Span));
        }

        echo = session.ReceiveAsync().AsTask();
    }

    await host.StopAsync();
});

// Reading standard input cannot be cancelled, so it is left behind when something else happens first.
static async Task<string?> NextLineAsync(Task<string?> interrupted, Task<UdpackPacket> echo)
{
    var line = Task.Run(Console.In.ReadLine);
    var first = await Task.WhenAny(line, interrupted, echo);
    if (first == echo)
    {
        (await echo).Dispose();
        throw new InvalidOperationException("The server sent a packet that nobody asked for.");
    }

    return await (Task<string?>)first;
}
