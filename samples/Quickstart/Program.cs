using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quickstart;
using Samples;
using UDPack;
using UDPack.Hosting;
using UDPack.Protocol;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
return await SampleHost.RunAsync(async () =>
{
    Console.WriteLine("UDPack quickstart: a server and a client in one process, over UDP on loopback.");
    var timeline = new Timeline();

    Story.Chapter("1", "A server in a Generic Host");
    using var key = ServerKey.GenerateP256();
    var builder = SampleHost.CreateBuilder(args);
    builder.Services.AddSingleton<IKeyStore>(new StaticKeyStore(new ServerKeyRing(key)));
    builder.Services.AddSingleton<IProgress<HandshakeStep>>(timeline.Server);
    builder.Services.AddUdpackServer().AddTokenValidator((context, _) => ValueTask.FromResult(
        context.GetTokenString() == "let me in" ? TokenValidationResult.Success() : TokenValidationResult.Failure("unknown token")));
    builder.Services.AddUdpack(options => options.Handlers.Add(EchoAsync));
    using var host = builder.Build();
    await host.StartAsync();
    var server = host.Services.GetRequiredService<IUdpackServer>().Endpoints["default"];
    Story.Line($"udp://{server}, key {key.PublicKey.KeyIdText} (P-256); clients hold its public half");

    Story.Chapter("2", "The handshake, frame by frame");
    Story.Line("     time  side    frame                        session id  state");
    var options = new UdpackClientOptions
    {
        RemoteEndPoint = server,
        ServerPublicKey = key.PublicKey,
        Token = Encoding.UTF8.GetBytes("let me in"),
        HandshakeProgress = timeline.Client,
    };
    timeline.Restart();
    await using (var session = await UdpackClient.ConnectAsync(options))
    {
        await session.SendAndConfirmAsync("first"u8.ToArray());
        using (await session.ReceiveAsync())
        {
            timeline.Print();
        }

        Story.Chapter("3", "Encrypted packets, echoed");
        foreach (var text in (string[])["hello", "UDP, but reliable, ordered and encrypted"])
        {
            var sent = Stopwatch.GetTimestamp();
            await session.SendAsync(Encoding.UTF8.GetBytes(text));
            using var echo = await session.ReceiveAsync();
            Story.Line($"\"{Encoding.UTF8.GetString(echo.Span)}\" came back after {Stopwatch.GetElapsedTime(sent).TotalMilliseconds:0.00} ms");
        }

        await Story.EchoManyAsync(session, packets: 10_000, size: 1_000);
    }

    Story.Chapter("4", "A wrong token");
    options.Token = Encoding.UTF8.GetBytes("guess");
    await Story.ExpectFailureAsync(options, timeline, UdpackError.AuthenticationFailed);

    Story.Chapter("5", "A server that does not answer");
    using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    options.RemoteEndPoint = silent.LocalEndPoint!;
    options.MaxAttempts = 3;
    options.RetryInterval = TimeSpan.FromMilliseconds(100);
    await Story.ExpectFailureAsync(options, timeline, UdpackError.ConnectTimeout);

    Story.Chapter("6", "Goodbye");
    options.RemoteEndPoint = server;
    options.Token = Encoding.UTF8.GetBytes("let me in");
    await using var last = await UdpackClient.ConnectAsync(options);
    await host.StopAsync();
    Story.Line(last.CloseReason is null ? "the server stopped" : $"the server stopped and said goaway: {last.CloseReason.Cause}");
});

static async Task EchoAsync(UdpackSession session, CancellationToken cancellationToken)
{
    await foreach (var packet in session.ReadAllAsync(cancellationToken))
    {
        using (packet)
        {
            await session.SendAsync(packet.Memory, cancellationToken);
        }
    }
}
