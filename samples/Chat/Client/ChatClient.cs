using System.Threading.Channels;
using Chat.Messages;
using Microsoft.Extensions.DependencyInjection;
using UDPack;
using UDPack.Hosting;

namespace Chat.Client;

/// <summary>
/// Sends what is typed and shows what comes, over one session after the other: when one breaks, lines wait for the next, and the client joins its groups
/// again before they are sent.
/// </summary>
internal sealed class ChatClient([FromKeyedServices(ClientCommand.Name)] UdpackConnection connection)
{
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel<ChatRequest> _requests = Channel.CreateBounded<ChatRequest>(64);
    private readonly HashSet<string> _groups = new(StringComparer.OrdinalIgnoreCase);
    private readonly TaskCompletionSource _goodbye = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ChatScreen _screen = new();

    /// <summary>Ends at the end of the input, and when <paramref name="stop"/> fires; both with a goodbye to the server.</summary>
    /// <exception cref="UdpackException">The server refuses the token.</exception>
    /// <exception cref="InvalidDataException">The server speaks another version.</exception>
    public async Task RunAsync(string group, CancellationToken stop)
    {
        _groups.Add(group);
        // Reading standard input cannot be cancelled, so it is left behind at the end.
        _ = Task.Run(() => ReadInputAsync(new ChatInput(group)), CancellationToken.None);
        try
        {
            while (true)
            {
                var session = await connection.GetSessionAsync(stop);
                if (await TalkAsync(session, stop))
                {
                    return;
                }

                ChatScreen.Note($"the connection is lost ({session.CloseReason?.Cause}), connecting again");
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C.
        }
    }

    private async Task ReadInputAsync(ChatInput input)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var request = input.Parse(line, out var problem);
            if (request is Quit)
            {
                break;
            }

            if (request is not null)
            {
                await _requests.Writer.WriteAsync(request);
            }
            else if (problem is not null)
            {
                ChatScreen.Note(problem);
            }
        }

        _requests.Writer.Complete();
    }

    /// <summary>Uses a session as long as it lives; true if all is said and done.</summary>
    private async Task<bool> TalkAsync(UdpackSession session, CancellationToken stop)
    {
        var reading = ReadAsync(session);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, session.Closed);
        try
        {
            foreach (var group in _groups)
            {
                await session.SendAsync(ChatJson.Write(new JoinGroup(group)), over.Token);
            }

            await SendAsync(session, over.Token);
            await session.SendAsync(ChatJson.Write(new Quit()), over.Token);
            await _goodbye.Task.WaitAsync(GoodbyeTimeout, over.Token);
        }
        catch (Exception exception) when (IsLost(exception))
        {
            await reading;
            return false;
        }
        finally
        {
            await session.DisposeAsync();
        }

        await reading;
        return true;

        bool IsLost(Exception exception) =>
            exception is UdpackException ? session.CloseReason is not null : exception is OperationCanceledException && !stop.IsCancellationRequested;
    }

    /// <summary>Sends what is typed; ends when nothing more is.</summary>
    private async Task SendAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        while (await _requests.Reader.WaitToReadAsync(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_requests.Reader.TryRead(out var request))
            {
                continue;
            }

            Remember(request);
            try
            {
                await session.SendAndConfirmAsync(ChatJson.Write(request), cancellationToken);
            }
            catch (Exception exception) when (request is Say or Tell && exception is UdpackException or OperationCanceledException)
            {
                // Sent again it might be there twice.
                ChatScreen.Note($"this may not have arrived: {(request as Say)?.Text ?? (request as Tell)?.Text}");
                throw;
            }
        }
    }

    private void Remember(ChatRequest request)
    {
        switch (request)
        {
            case JoinGroup join:
                _groups.Add(join.Group);
                break;
            case LeaveGroup leave:
                _groups.Remove(leave.Group);
                break;
        }
    }

    private async Task ReadAsync(UdpackSession session)
    {
        try
        {
            await foreach (var packet in session.ReadAllAsync())
            {
                using (packet)
                {
                    var happened = ChatJson.ReadEvent(packet.Span);
                    _screen.Show(happened);
                    if (happened is Goodbye)
                    {
                        _goodbye.TrySetResult();
                    }
                }
            }
        }
        catch (UdpackException)
        {
            // How the session ended says its CloseReason.
        }
        catch (InvalidDataException)
        {
            session.Abort();
            throw;
        }
    }
}
