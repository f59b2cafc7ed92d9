namespace UDPack.Tool.Pipes;

/// <summary>Moves what comes in to a stream, and what comes from the stream out: both ends of a pipe through a session.</summary>
/// <param name="stream">The stream.</param>
/// <param name="input">What to send; null for nothing.</param>
/// <param name="output">Where what is received goes.</param>
internal sealed class PipeTransfer(UdpackStream stream, Stream? input, Stream output)
{
    private const int ChunkBytes = 64 * 1024;

    private long _sent;
    private long _received;

    public long Sent => Interlocked.Read(ref _sent);

    public long Received => Interlocked.Read(ref _received);

    /// <summary>Whether the other side has said that it has everything.</summary>
    private bool IsComplete => stream.Session.CloseReason is { IsGraceful: true, ApplicationCode: PipeCodes.Complete };

    /// <summary>Ends when all of the input has arrived there and all that the other side sent is written.</summary>
    /// <exception cref="UdpackException">The other side gave up, or the session ended before that.</exception>
    /// <exception cref="ToolException">The other side ended the session before it had everything.</exception>
    /// <exception cref="IOException">Input or output failed.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A terminal or a pipe cannot be asked to stop reading: whoever waits for it must not wait for that, too.
        var cancelled = Signal(cancellationToken);
        var sending = Task.Run(() => SendAsync(cancellationToken), cancellationToken);
        var receiving = ReceiveAsync(cancellationToken);
        await (await Task.WhenAny(sending, receiving, cancelled).ConfigureAwait(false)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        await receiving.ConfigureAwait(false);
        var first = await Task.WhenAny(sending, Signal(stream.Session.Closed), cancelled).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (first != sending && !IsComplete)
        {
            throw new ToolException("The other side ended the session before everything was sent. Its output says more.", exitCode: ExitCodes.SessionLost);
        }

        await sending.ConfigureAwait(false);
    }

    private static Task Signal(CancellationToken token)
    {
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), signal);
        return signal.Task;
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        if (input is not null)
        {
            var buffer = new byte[Math.Min(ChunkBytes, stream.MaxPacketBytes)];
            for (int read; (read = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                // Waits while the other side takes no more.
                await stream.SendAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                Interlocked.Add(ref _sent, read);
            }
        }

        stream.CompleteWrites();
        try
        {
            await stream.WritesClosed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (UdpackException) when (IsComplete)
        {
            // The other side said that it has everything before its last acknowledgement came.
        }
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        await foreach (var received in stream.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            using var packet = received;
            await output.WriteAsync(packet.Memory, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _received, packet.Length);
        }

        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
