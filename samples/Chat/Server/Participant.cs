using System.Threading.Channels;
using Chat.Messages;
using UDPack;

namespace Chat.Server;

/// <summary>
/// Somebody's session. What it is told waits in a queue of its own, so that a client that reads slowly holds nobody up; when the queue is full, events are
/// thrown away, and counted for the client to see. All but <see cref="DeliverAsync"/> only under the hub's lock.
/// </summary>
internal sealed class Participant(string name, UdpackSession session, int queueLength)
{
    private readonly Channel<byte[]> _queue = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(queueLength) { SingleReader = true });
    private int _missed;

    public string Name => name;

    /// <summary>Why this person is away, which may be empty; null if not away.</summary>
    public string? Away { get; set; }

    public HashSet<ChatGroup> Groups { get; } = [];

    public Person ToPerson() => new(name, Away);

    public void Post(ChatEvent happened) => Post(ChatJson.Write(happened));

    public void Post(byte[] happened)
    {
        // The gap is told in its place: before the first event that fits again.
        if (_missed > 0 && _queue.Writer.TryWrite(ChatJson.Write(new Missed(_missed))))
        {
            _missed = 0;
        }

        if (_missed > 0 || !_queue.Writer.TryWrite(happened))
        {
            _missed++;
        }
    }

    /// <summary>The last event was posted.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Ends the session of somebody who has another one.</summary>
    public void Disconnect() => session.Abort();

    /// <summary>Sends what is posted, as fast as the client takes it, until the session ends.</summary>
    public async Task DeliverAsync()
    {
        try
        {
            await foreach (var happened in _queue.Reader.ReadAllAsync(session.Closed))
            {
                await session.SendAsync(happened, session.Closed);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or UdpackException)
        {
            // Nobody is there to hear the rest, or can hear it.
            session.Abort();
        }
    }
}
