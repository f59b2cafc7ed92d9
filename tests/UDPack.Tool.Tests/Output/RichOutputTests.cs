using Spectre.Console;
using Spectre.Console.Testing;
using UDPack.Tool.Output;
using UDPack.Tool.Perf;
using UDPack.Tool.Perf.Reports;
using UDPack.Tool.Ping;
using UDPack.Tool.Tests.Perf;

namespace UDPack.Tool.Tests.Output;

/// <summary>What terminals get: the same figures, in tables and colours.</summary>
public sealed class RichOutputTests : IDisposable
{
    private const string Escape = "\u001b[";

    private readonly TestConsole _console = new TestConsole().Width(200).EmitAnsiSequences();

    public void Dispose() => _console.Dispose();

    [Fact]
    public void Pings_have_colours_and_a_table_at_the_end()
    {
        var text = new PingText(_console);
        var figures = new RoundTripFigures();
        figures.Add(TimeSpan.FromMilliseconds(1.5));
        figures.Add(null);

        text.RoundTrip(new RoundTripLine { Seq = 1, Ms = 1.5 });
        text.RoundTrip(new RoundTripLine { Seq = 2, Ms = null });
        text.Summary(figures.Summarize(PingMethod.Packets, default));

        Assert.Contains(Escape, _console.Output, StringComparison.Ordinal);
        Assert.Contains("no answer", _console.Output, StringComparison.Ordinal);
        Assert.Contains("(50 %)", _console.Output, StringComparison.Ordinal);
        Assert.Contains("stddev", _console.Output, StringComparison.Ordinal);
        Assert.Contains('│', _console.Output);
    }

    [Fact]
    public async Task A_measurement_is_tables()
    {
        await using var pair = new PerfPair();
        var report = await pair.RunAsync(plan => plan with { Bulk = PerfDirection.Both, Bytes = 100_000, EchoMessages = 5, EchoRate = 1000 });

        ReportTable.Write(report, _console);

        foreach (var figure in new[] { "Handshake", "Up", "Down", "97.7 KiB", "64 bytes", "p99.9", "Client", "Server", "bbr", "yes" })
        {
            Assert.Contains(figure, _console.Output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("CONTENT DIFFERS", _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_terminal_gets_plain_lines_of_any_length()
    {
        var output = new StringWriter();
        var console = Terminal.Open(output);
        var line = new string('x', 5000);

        console.MarkupLineInterpolated($"[bold]{line}[/] {"[no style]"}");

        Assert.False(console.IsRich());
        Assert.Equal($"{line} [no style]{Environment.NewLine}", output.ToString());
    }
}
