namespace FileTransfer.Client.Progress;

/// <summary>Lines, for files and pipes.</summary>
internal sealed class PlainDisplay : ITransferDisplay
{
    public Task ShowAsync(Func<Func<string, ITransferProgress>, Task> work) => work(title => new Lines(title));

    private sealed class Lines(string title) : ITransferProgress
    {
        private const int Step = 10;
        private const long SmallBytes = 1 << 20;

        private long _done;
        private long _size;
        private int _shown;

        public void Begin(long offset, long size)
        {
            _done = offset;
            _size = size;
            _shown = Percent();
            Write(offset == 0 ? $"begins, {size} bytes" : $"goes on at {offset} of {size} bytes");
        }

        public void Advance(int bytes)
        {
            _done += bytes;
            if (_size > SmallBytes && Percent() >= _shown + Step)
            {
                _shown = Percent();
                Write($"{_shown} %");
            }
        }

        public void Interrupt(string why) => Write($"interrupted, trying again: {why}");

        public void Complete(string hash) => Write($"complete, SHA-256 {hash}");

        public void Fail(string why) => Write($"failed: {why}");

        private int Percent() => _size == 0 ? 100 : (int)(100 * _done / _size);

        private void Write(string text) => Console.WriteLine($"{title}: {text}");
    }
}
