using System.CommandLine;
using System.CommandLine.Parsing;
using UDPack.Tool.Arguments;
using UDPack.Tool.Connections;
using UDPack.Tool.Perf.Protocol;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Perf.Arguments;

/// <summary>The client's arguments, and the plan that they make.</summary>
internal sealed class PerfClientArguments
{
    private const double MaxSeconds = 86_400;
    private const int LargestDatagram = 65_000;

    private static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(10);

    private readonly ConnectArguments _connect = new();
    private readonly Option<long?> _bytes = OptionValues.Bytes("--bytes", $"How much bulk data each direction carries. Suffixes: {ByteCount.Suffixes}.", 1, long.MaxValue / 2);
    private readonly Option<double?> _duration = OptionValues.Number(
        "--duration", "S", "Stop sending after so many seconds; 10 if neither --bytes nor --messages is given.", 0.001, MaxSeconds);

    private readonly Option<long?> _messageSize = OptionValues.Bytes(
        "--message-size",
        "The size of bulk packets (default 64Ki; with --datagrams 1160), or of the messages of --messages (default 64) if there is no bulk data.",
        1,
        PerfRequest.MaxPacketBytes);

    private readonly Option<double?> _streams = OptionValues.Number(
        "--streams", "N", "How many streams bulk data uses, and as many more for messages. Default 1.", 1, PerfRequest.MaxStreams, isWhole: true);

    private readonly Option<double?> _messages = OptionValues.Number(
        "--messages", "N", "Send so many messages, have the server return them, and measure how long that takes.", 1, 1e12, isWhole: true);

    private readonly Option<double?> _rate = OptionValues.Number("--rate", "R", "How many messages a second, all streams together. Default 100.", 0.001, 1e6);
    private readonly Option<PerfDirection> _direction = new("--direction")
    {
        Description = "Which way bulk data goes: up to the server, down from it, or both at once. Default up.",
        HelpName = "up|down|both",
        CustomParser = result => OptionValues.Value(result) switch
        {
            "up" => PerfDirection.Up,
            "down" => PerfDirection.Down,
            "both" => PerfDirection.Both,
            var text => OptionValues.Fail<PerfDirection>(result, $"'{text}' is none of up, down and both."),
        },
    };

    private readonly Option<bool> _datagrams = new("--datagrams") { Description = "Use unreliable messages instead of streams, and report how many were lost." };
    private readonly Option<CongestionAlgorithm?> _congestion = CongestionOption.Create();
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object instead of text." };

    public void AddTo(Command command)
    {
        _connect.AddTo(command);
        foreach (var option in new Option[] { _bytes, _duration, _messageSize, _streams, _messages, _rate, _direction, _datagrams, _congestion, _json })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(Validate);
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Reads the key file and puts everything together.</summary>
    public PerfPlan ToPlan(ParseResult parsed)
    {
        var echoes = (long)(parsed.GetValue(_messages) ?? 0);
        var bytes = parsed.GetValue(_bytes);
        var hasBulk = HasBulk(echoes > 0, bytes);
        var duration = parsed.GetValue(_duration) is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        var datagrams = parsed.GetValue(_datagrams);
        var size = (int?)parsed.GetValue(_messageSize);
        return new PerfPlan
        {
            Connection = _connect.Read(parsed),
            Congestion = parsed.GetValue(_congestion) ?? CongestionOption.Default,
            Bulk = hasBulk ? parsed.GetValue(_direction) : null,
            Bytes = bytes,
            Duration = duration ?? (hasBulk && bytes is null ? DefaultDuration : null),
            PacketBytes = (hasBulk ? size : null) ?? (datagrams ? PerfPlan.DefaultDatagramBytes : PerfPlan.DefaultPacketBytes),
            EchoBytes = (hasBulk ? null : size) ?? PerfPlan.DefaultEchoBytes,
            Streams = (int)(parsed.GetValue(_streams) ?? 1),
            Datagrams = datagrams,
            EchoMessages = echoes,
            EchoRate = parsed.GetValue(_rate) ?? PerfPlan.DefaultEchoRate,
        };
    }

    private static bool HasBulk(bool hasEchoes, long? bytes) => !hasEchoes || bytes is not null;

    private void Validate(CommandResult result)
    {
        var hasEchoes = result.GetValue(_messages) is not null;
        var hasBulk = HasBulk(hasEchoes, result.GetValue(_bytes));
        var datagrams = result.GetValue(_datagrams);
        if (!hasEchoes && result.GetValue(_rate) is not null)
        {
            result.AddError("--rate is the rate of --messages: give that, too.");
        }

        if (!hasBulk && result.GetResult(_direction) is not null)
        {
            result.AddError("--direction is for bulk data: with --messages give --bytes, too.");
        }

        if (datagrams && result.GetValue(_streams) is not null)
        {
            result.AddError("--streams and --datagrams exclude each other: unreliable messages use no streams.");
        }

        var (least, most) = datagrams ? (DatagramMessage.HeaderSize, LargestDatagram) : (hasBulk ? 1 : EchoMessage.HeaderSize, PerfRequest.MaxPacketBytes);
        if (result.GetValue(_messageSize) is >= 1 and <= PerfRequest.MaxPacketBytes and var size && (size < least || size > most))
        {
            result.AddError(FormattableString.Invariant($"--message-size must be {least:N0} to {most:N0} here."));
        }
    }
}
