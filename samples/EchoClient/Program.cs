using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Samples;
using UDPack;

return await SampleHost.RunAsync(async () =>
{
    var builder = SampleHost.CreateBuilder(args);
    builder.Services.AddUdpackClient("echo");
    using var host = builder.Build();
    await using var client = host.Services.GetRequiredKeyedService<UdpackClient>("echo");

    await using var session = await client.ConnectAsync();
    await Console.Error.WriteLineAsync($"connected to udp://{session.RemoteEndPoint}, session {session.Id:x8}, {session.Algorithm}");

    // Ctrl-C ends the input, so that the server hears the goodbye.
    var interrupted = new TaskCompletionSource<string?>();
    using var ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
    {
        signal.Cancel = true;
        interrupted.TrySetResult(null);
    });

    // A receive always waits: it also says at once, and why, when the session ends.
    var echo = session.ReceiveAsync().AsTask();
    while (await NextLineAsync(interrupted.Task, echo) is { } line)
    {
        await session.SendAsync(Encoding.UTF8.GetBytes(line));
        using (var packet = await echo)
        {
            Console.WriteLine(Encoding.UTF8.GetString(packet.Span));
        }

        echo = session.ReceiveAsync().AsTask();
    }

    await session.CloseAsync();
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
