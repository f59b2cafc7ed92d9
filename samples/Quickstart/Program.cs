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

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
return await SampleHost.RunAsync(async () =>
{
    Console.WriteLine("UDPack quickstart: a server and a client in one process, over UDP on loopback.");
    var timeline = new Timeline();

    Story.Chapter(1, "A server in a Generic Host");
    using var key = ServerKey.GenerateP256();
    var builder = SampleHost.CreateBuilder(args);
    builder.Services.AddSingleton<IKeyStore>(new StaticKeyStore(new ServerKeyRing(key)));
    builder.Services.AddSingleton<IProgress<HandshakeStep>>(timeline.Server);
    builder.Services.AddUdpackServer().AddTokenValidator((context, _) => ValueTask.FromResult(
        context.GetTokenString() == "let me in" ? TokenVerdict.Success() : TokenVerdict.Failure("unknown token")));
    builder.Services.AddUdpack(options => options.Handlers.Add(EchoAsync));
    using var host = builder.Build();
    await host.StartAsync();
    var server = host.Services.GetRequiredService<IUdpackServer>().Endpoints["default"];
    Story.Line($"listening on udp://{server} with key {key.PublicKey.KeyIdText} (P-256)");
    Story.Line("clients hold the key's public half and a token that the server checks");

    var options = new UdpackClientOptions
    {
        RemoteEndPoint = server,
        ServerPublicKey = key.PublicKey,
        Token = Encoding.UTF8.GetBytes("let me in"),
        HandshakeProgress = timeline.Client,
    };
    // A connection nobody sees: the first one spends its time in the JIT compiler.
    await Story.WarmUpAsync(options);

    Story.Chapter(2, "The handshake, frame by frame");
    timeline.Clear();
    await using (var session = await UdpackClient.ConnectAsync(options))
    {
        // The echo proves that the server has the client's confirmation.
        await session.SendAsync("ready?"u8.ToArray());
        (await session.ReceiveAsync()).Dispose();
        timeline.Print();
        Story.Line($"session {session.Id:x8} is ready, encrypted with {session.Algorithm}");

        Story.Chapter(3, "Encrypted packets, echoed");
        foreach (var text in (string[])["hello", "UDP, but reliable, in order and encrypted"])
        {
            var sent = Stopwatch.GetTimestamp();
            await session.SendAsync(Encoding.UTF8.GetBytes(text));
            using var echo = await session.ReceiveAsync();
            Story.Line($"{Stopwatch.GetElapsedTime(sent).TotalMilliseconds,7:0.00} ms  \"{Encoding.UTF8.GetString(echo.Span)}\" came back");
        }

        await Story.EchoManyAsync(session, packets: 10_000, size: 1_000);
    }

    Story.Chapter(4, "A wrong token is refused");
    options.Token = Encoding.UTF8.GetBytes("guess");
    await Story.ExpectFailureAsync(options, timeline, UdpackError.AuthenticationFailed);

    Story.Chapter(5, "A server that does not answer");
    using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    options.RemoteEndPoint = silent.LocalEndPoint!;
    options.MaxAttempts = 3;
    options.RetryInterval = TimeSpan.FromMilliseconds(100);
    await Story.ExpectFailureAsync(options, timeline, UdpackError.ConnectTimeout);

    Story.Chapter(6, "Goodbye");
    options.RemoteEndPoint = server;
    options.Token = Encoding.UTF8.GetBytes("let me in");
    await using var last = await UdpackClient.ConnectAsync(options);
    await host.StopAsync();
    await Story.ExpectGoodbyeAsync(last);

    Console.WriteLine();
    Console.WriteLine("All parts did what they should. Next: samples/EchoServer and samples/EchoClient.");
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
