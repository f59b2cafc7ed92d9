using UDPack.Protocol.Delivery;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol;

/// <summary>What becomes of sent frames.</summary>
internal sealed partial class Session
{
    void ISentFrameOwner.OnFrameAcknowledged(in SentFrame frame)
    {
        var channel = frame.Channel;
        switch (frame.Kind)
        {
            case SentFrameKind.Data:
                OnDataAcknowledged(channel!, new PacketPiece(frame.Number, frame.Offset, frame.Length));
                break;
            case SentFrameKind.Skip:
                channel!.Sender.OnSkipAcknowledged(frame.Number);
                CheckStream((StreamChannel)channel);
                break;
            case SentFrameKind.Ack:
                _acks.OnAckAcknowledged((ulong)frame.Number);
                break;
            case SentFrameKind.CreditRise:
                _creditRiseInFlight = false;
                break;
            case SentFrameKind.OpenStream:
                ((StreamChannel)channel!).IsOpenAcknowledged = true;
                break;
            case SentFrameKind.CloseStream:
                OnCloseAcknowledged((StreamChannel)channel!, isAbort: frame.Number == AbortMark);
                break;
            case SentFrameKind.Latest:
                OnValueAcknowledged(frame);
                break;
            case SentFrameKind.MtuProbe:
                OnMtuProbeAcknowledged(frame);
                break;
            default:
                // A blocked is answered by the credit that comes with its ack; if that was not enough, the peer now knows what is wanted.
                break;
        }
    }

    void ISentFrameOwner.OnFrameLost(in SentFrame frame)
    {
        var channel = frame.Channel;
        switch (frame.Kind)
        {
            case SentFrameKind.Data:
                channel!.Sender.OnLost(new PacketPiece(frame.Number, frame.Offset, frame.Length));
                Schedule(channel);
                break;
            case SentFrameKind.Skip:
                channel!.Sender.OnSkipLost(frame.Number);
                Schedule(channel);
                break;
            case SentFrameKind.Confirmation:
                _confirmationDue = !_peerConfirmed;
                break;
            case SentFrameKind.Blocked:
                OnBlockedLost(channel);
                break;
            case SentFrameKind.CreditRise:
                // The peer may have nothing else in flight that would bring it another ack.
                _creditRiseInFlight = false;
                _creditRiseLost = true;
                break;
            case SentFrameKind.OpenStream when channel is StreamChannel { IsOpenAcknowledged: false } stream:
                QueueControl(stream, StreamControl.Open);
                break;
            case SentFrameKind.StreamOpen:
                QueueControl((StreamChannel)channel!, StreamControl.Accept);
                break;
            case SentFrameKind.CloseStream when channel is StreamChannel { IsCloseAcknowledged: false } stream:
                QueueControl(stream, StreamControl.Close);
                break;
            case SentFrameKind.StreamCredit when channel is StreamChannel { ReadsAreDone: false } stream:
                QueueControl(stream, StreamControl.Credit);
                break;
            case SentFrameKind.Latest:
                _outgoingValues!.OnLost(unchecked((uint)frame.Offset), (uint)frame.Number);
                break;
            case SentFrameKind.MtuProbe:
                OnMtuProbeLost(frame);
                break;
            default:
                break;
        }
    }

    private void OnDataAcknowledged(Channel channel, in PacketPiece piece)
    {
        _close.OnProgress(_now);
        Memory.OnFinished(_now, piece.Length);
        if (!channel.Sender.TryAcknowledge(piece, out var packet))
        {
            return;
        }

        if (channel is StreamChannel stream)
        {
            stream.Events!.OnPacketDone(stream, packet, PacketFate.Acknowledged);
            CheckStream(stream);
        }
        else
        {
            Events?.OnPacketDone(this, packet, PacketFate.Acknowledged);
        }
    }
}
