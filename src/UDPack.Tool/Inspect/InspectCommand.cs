using System.CommandLine;
using UDPack.Tool.Help;

namespace UDPack.Tool.Inspect;

/// <summary>udpack inspect: shows the datagrams of a capture.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A capture (pcap or pcapng), or text with one datagram in hex on each line; - for standard input." };
        var keyLog = new Option<string[]>("--key-log")
        {
            Description = "A key log to decrypt with, as client or server wrote it; can be given several times.",
            HelpName = "FILE",
        };
        var port = new Option<int?>("--port") { Description = "Show only datagrams from and to this UDP port of the server, also malformed ones.", HelpName = "N" };
        port.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.GetValueOrDefault<int?>() is not (> 0 and <= ushort.MaxValue))
            {
                result.AddError("--port takes 1 to 65535.");
            }
        });
        var json = new Option<bool>("--json") { Description = "One JSON object per datagram, each on its line." };
        var hex = new Option<bool>("--hex") { Description = "Show all bytes too." };
        var command = new ToolCommand(
            "inspect",
            "Shows the datagrams of a capture, and what is in them as far as it can be read.",
            "udpack inspect capture.pcapng --port 9000 --key-log keys.log",
            "tcpdump -i lo -U -w - udp port 9000 | udpack inspect - --port 9000 --json")
        {
            Details =
                """
                Without a key log that is the handshake's outside and the header of each datagram. With one, everything.
                Without --port, datagrams that do not begin like this protocol's are left out.
                """,
        };
        command.Arguments.Add(file);
        foreach (var option in new Option[] { keyLog, port, json, hex })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            var run = new InspectRun(parsed.GetValue(port), parsed.GetValue(hex), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return run.Run(parsed.GetRequiredValue(file), parsed.GetValue(keyLog) ?? [], parsed.GetValue(json));
        });
        return command;
    }
}
