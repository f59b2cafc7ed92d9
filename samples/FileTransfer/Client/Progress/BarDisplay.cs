using Spectre.Console;

namespace FileTransfer.Client.Progress;

/// <summary>Bars, for terminals.</summary>
internal sealed class BarDisplay : ITransferDisplay
{
    public Task ShowAsync(Func<Func<string, ITransferProgress>, Task> work) => AnsiConsole.Progress()
        .Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn(),
            new PercentageColumn(),
            new DownloadedColumn(),
            new TransferSpeedColumn(),
            new RemainingTimeColumn())
        .StartAsync(context => work(title => new Bar(context.AddTask(Markup.Escape(title), autoStart: false), title)));

    private sealed class Bar(ProgressTask task, string title) : ITransferProgress
    {
        public void Begin(long offset, long size)
        {
            Describe("");
            task.MaxValue = Math.Max(size, 1);
            task.Value = offset;
            task.StartTask();
        }

        public void Advance(int bytes) => task.Increment(bytes);

        public void Interrupt(string why) => Describe(" (interrupted)");

        public void Complete(string hash)
        {
            task.Value = task.MaxValue;
            task.StopTask();
        }

        public void Fail(string why)
        {
            Describe(" (failed)");
            task.StopTask();
        }

        private void Describe(string state) => task.Description = Markup.Escape(title + state);
    }
}
