using Chat.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UDPack;
using UDPack.Hosting;

namespace Chat.Server;

/// <summary>One per session: puts a participant into the hub, hands requests over, and takes the participant out at the end.</summary>
internal sealed partial class ChatHandler(ChatHub hub, IOptions<ChatOptions> options, ILogger<ChatHandler> logger) : UdpackPacketHandler
{
    private Participant _person = null!;
    private Task _delivery = Task.CompletedTask;

    protected override ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        _person = new Participant(session.User!.Identity!.Name!, session, options.Value.QueueLength);
        hub.Enter(_person);
        _delivery = _person.DeliverAsync();
        LogEntered(_person.Name, session.Id);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        if (ChatJson.TryRead(packet.Span, out var request))
        {
            hub.Handle(_person, request);
            return ValueTask.CompletedTask;
        }

        // Not what the client of this sample sends.
        LogNotUnderstood(_person.Name, packet.Length);
        session.Abort();
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason)
    {
        Presence? how = reason.Cause switch
        {
            // The server stops, and nobody left.
            SessionEndCause.ClosedLocally => null,
            SessionEndCause.ClosedByPeer => Presence.Quit,
            _ => Presence.Lost,
        };
        hub.Exit(_person, how);
        await _delivery;
        LogLeft(_person.Name, session.Id, reason.Cause);
    }

    [LoggerMessage(1, LogLevel.Information, "{Name} is here, session {Session:x8}")]
    private partial void LogEntered(string name, uint session);

    [LoggerMessage(2, LogLevel.Information, "{Name} is gone, session {Session:x8}: {Cause}")]
    private partial void LogLeft(string name, uint session, SessionEndCause cause);

    [LoggerMessage(3, LogLevel.Warning, "{Name} sent {Length} bytes that are no request, so the session ends")]
    private partial void LogNotUnderstood(string name, int length);
}
