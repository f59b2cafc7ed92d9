using Samples;
using SocksProxy.Exit;
using SocksProxy.Local;

// One program, two ends of a tunnel: "local" takes SOCKS connections, "exit" connects to their targets.
return await SampleHost.RunAsync(() => args switch
{
    ["local", .. var rest] => LocalSide.RunAsync(rest),
    ["exit", .. var rest] => ExitSide.RunAsync(rest),
    _ => throw new InvalidOperationException("Say which side to run: local or exit."),
});
