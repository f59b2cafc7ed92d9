using Spectre.Console;

namespace UDPack.Tool.Output;

/// <summary>One line of a terminal, written again every half second.</summary>
internal sealed class ProgressLine(TextWriter terminal, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private int _width;

    /// <summary>Writes until cancelled, and then clears the line.</summary>
    /// <param name="text">Makes the line; called once an interval.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<string> text, CancellationToken cancellationToken)
    {
        if (Terminal.IsRich(terminal))
        {
            await Terminal.Open(terminal).Status()
                .StartAsync(" ", status => RepeatAsync(text, line => status.Status = Markup.Escape(line), cancellationToken)).ConfigureAwait(false);
            return;
        }

        await RepeatAsync(text, Write, cancellationToken).ConfigureAwait(false);
        Write("");
        await terminal.WriteAsync('\r').ConfigureAwait(false);
    }

    private async Task RepeatAsync(Func<string> text, Action<string> write, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                write(text());
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    private void Write(string text)
    {
        terminal.Write($"\r{text.PadRight(_width)}");
        terminal.Flush();
        _width = text.Length;
    }
}
