using System.Security.Cryptography;
using System.Text.Json;
using UDPack.Tool.Tests.Running;

namespace UDPack.Tool.Tests;

/// <summary>The command as users run it.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly ToolFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_pipe_through_two_processes_is_binary_safe()
    {
        var content = RandomNumberGenerator.GetBytes(5_000_000);
        var listen = _folder.Start(["listen", "127.0.0.1:0", "--key", _folder.KeyFile, "--token", ToolFolder.Token, "--json"]);
        listen.Input.Close();
        var address = JsonDocument.Parse(await ToolProcess.LineAsync(listen.Error, "\"listening\"")).RootElement.GetProperty("address").GetString()!;
        var send = _folder.Start(_folder.Client("send", address));
        var received = SHA256.HashDataAsync(listen.Output.BaseStream).AsTask();

        await send.Input.BaseStream.WriteAsync(content).AsTask().WaitAsync(ToolFolder.Patience);
        send.Input.Close();

        Assert.Equal(SHA256.HashData(content), await received.WaitAsync(ToolFolder.Patience));
        Assert.Equal((ExitCodes.Success, ExitCodes.Success), (await send.ExitAsync(), await listen.ExitAsync()));
        Assert.Equal(("", ""), (await send.Output.ReadToEndAsync(), await send.Error.ReadToEndAsync()));
        Assert.Contains("\"receivedBytes\":5000000", await listen.Error.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Interrupted_ping_and_serve_sum_up_and_end_well()
    {
        var token = ("UDPACK_TOKEN", "from the environment");
        var serve = _folder.Start(["serve", "--listen", "127.0.0.1:0", "--json"], token);
        using var listening = JsonDocument.Parse(await ToolProcess.LineAsync(serve.Output, "\"listening\""));
        var publicKey = listening.RootElement.GetProperty("publicKeyFile").GetString()!;
        var ping = _folder.Start(
            ["ping", listening.RootElement.GetProperty("address").GetString()!, "--public-key", publicKey, "--interval", "0.05", "--timeout", "60", "--json"], token);
        await ToolProcess.LineAsync(ping.Output, "\"roundTrip\"");

        await ping.InterruptAsync();
        using var summary = JsonDocument.Parse(await ToolProcess.LineAsync(ping.Output, "\"summary\""));
        Assert.True(summary.RootElement.GetProperty("received").GetInt64() >= 1);
        Assert.Equal(ExitCodes.Success, await ping.ExitAsync());

        Assert.True(File.Exists(publicKey));
        await serve.InterruptAsync();
        Assert.Contains("\"sessions\":1,", await ToolProcess.LineAsync(serve.Output, "\"stopped\""), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Success, await serve.ExitAsync());
        Assert.False(File.Exists(publicKey));
    }

    [UnixFact]
    public async Task Killing_the_sender_is_not_the_end_of_input()
    {
        var listen = _folder.Start(["listen", "127.0.0.1:0", "--key", _folder.KeyFile, "--token", ToolFolder.Token, "--no-input", "--json"]);
        var address = JsonDocument.Parse(await ToolProcess.LineAsync(listen.Error, "\"listening\"")).RootElement.GetProperty("address").GetString()!;
        var send = _folder.Start(_folder.Client("send", address));
        await send.Input.WriteAsync("half");
        await send.Input.FlushAsync();
        var received = new char[4];
        await listen.Output.ReadBlockAsync(received).AsTask().WaitAsync(ToolFolder.Patience);

        await send.InterruptAsync();

        Assert.Equal("half", new string(received));
        Assert.Equal((ExitCodes.Interrupted, ExitCodes.SessionLost), (await send.ExitAsync(), await listen.ExitAsync()));
    }

    [Fact]
    public async Task A_wrong_command_line_and_nobody_there_have_their_own_exit_codes()
    {
        var usage = _folder.Start(["ping"]);
        var silence = _folder.Start(_folder.Client("send", "127.0.0.1:9", "--connect-timeout", "0.2"));
        silence.Input.Close();

        Assert.Equal((ExitCodes.Usage, ExitCodes.Timeout), (await usage.ExitAsync(), await silence.ExitAsync()));
        Assert.DoesNotContain("   at ", await silence.Error.ReadToEndAsync(), StringComparison.Ordinal);
    }
}
