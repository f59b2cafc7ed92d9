using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>What applications, networks and strangers do.</summary>
internal sealed partial class Scenario
{
    private const long LongestBlackhole = 2 * Pair.Second;

    private void Act(Party party)
    {
        switch (_random.Next(40))
        {
            case < 8:
                SendMany(party.Session.MaxPacketBytes, party.Send);
                break;
            case < 14:
                Open(party);
                break;
            case < 24:
                SendOnStream(party);
                break;
            case < 26:
                OnSomeStream(party, static side => side.IsWritable, static side => side.Finish());
                break;
            case 26:
                OnSomeStream(party, static side => side.End is null, side => side.Abort((ushort)(StreamAbortCode.FirstOfApplication + _random.Next(100))));
                break;
            case 27:
                OnSomeStream(party, static side => !side.Channel.IsLocal && side.End is null, static side => side.Accept());
                break;
            case < 30:
                SendMessages(party);
                break;
            case < 32:
                ChangePace(party);
                break;
            case < 34:
                Rebind();
                break;
            case 34:
                Spoof();
                break;
            case 35:
                Blackhole();
                break;
            case 36:
                Pair.ToServer = ScenarioPlan.Conditions(_random);
                break;
            case 37:
                Pair.ToClient = ScenarioPlan.Conditions(_random);
                break;
            case 38 when _random.Next(10) == 0:
                party.Abort(code: 9);
                break;
            default:
                RunFor(_random.Next(3_000_000));
                break;
        }
    }

    private void SendMany(int largest, Action<int> send)
    {
        for (var count = _random.Next(1, 9); count > 0; count--)
        {
            var length = Math.Min(largest, _random.Next(20) switch
            {
                < 5 => _random.Next(40),
                < 10 => _random.Next(Session.LargestWholePacket + 10),
                < 13 => Session.LargestWholePacket,
                < 17 => _random.Next(10_000),
                < 19 => _random.Next(300_000),
                _ => _random.Next(4 << 20),
            });
            if (length + Cost.PerPacket <= _budget)
            {
                _budget -= length + Cost.PerPacket;
                send(length);
            }
        }
    }

    private void Open(Party party)
    {
        var mode = (DeliveryMode)_random.Next(3);
        var deadline = mode == DeliveryMode.Deadline ? _random.Next(800_000) : long.MaxValue;
        if (party.TryOpen(new StreamSettings(mode, _random.Next(StreamSettings.HighestPriority + 1), deadline)) is not { } side)
        {
            Assert.True(party.Session.State == SessionState.Close || party.Session.Streams!.Table.LocalOpen > 0 || MayOpenNone(party));
            return;
        }

        side.Reader.PerTurn = Pace();
        if (_random.Next(3) != 0)
        {
            SendMany(party.Session.MaxPacketBytes, side.Send);
        }
    }

    private bool MayOpenNone(Party party) => (party.IsServer ? _plan.Client : _plan.Server).MaxStreams == 0;

    private void SendOnStream(Party party) =>
        OnSomeStream(party, static side => side.IsWritable, side => SendMany(party.Session.MaxPacketBytes, side.Send));

    private void OnSomeStream(Party party, Func<StreamParty, bool> fits, Action<StreamParty> act)
    {
        var fitting = party.Streams.Where(fits).ToArray();
        if (fitting.Length > 0)
        {
            act(fitting[_random.Next(fitting.Length)]);
        }
    }

    private void SendMessages(Party party)
    {
        for (var count = _random.Next(1, 30); count > 0; count--)
        {
            party.SendMessage(_random.Next(Messages.Smallest, party.Session.MaxDatagramBytes + 10));
        }
    }

    /// <summary>One end moves some things about: values of a few keys, and messages of a few lanes.</summary>
    private void SendUpdates()
    {
        if (_updates is null || _updates.Next(3) != 0)
        {
            return;
        }

        var party = _conversation.Server is { } server && _updates.Next(2) == 0 ? server : _conversation.Client!;
        party.TakesValues = _updates.Next(4) == 0 ? _updates.Next(5) : int.MaxValue;
        var keys = _updates.Next(1, Updates.Keys + 1);
        for (var count = _updates.Next(1, 50); count > 0; count--)
        {
            if (_updates.Next(3) == 0)
            {
                party.SendSequenced(_updates.Next(Updates.Lanes), _updates.Next(party.Session.MaxSequencedBytes + 1));
            }
            else
            {
                party.SendLatest(_updates.Next(keys), _updates.Next(sizeof(long), Session.LargestValue + 1));
            }
        }
    }

    private void ChangePace(Party party)
    {
        party.Reader.PerTurn = Pace();
        OnSomeStream(party, static _ => true, side => side.Reader.PerTurn = Pace());
    }

    /// <summary>The client has another port, or lives in another network; or what it sends is led to another of the server's addresses.</summary>
    private void Rebind()
    {
        if (_random.Next(3) == 0)
        {
            Pair.Host.ReachedAt = Pair.ServerLocal with { Low = Pair.ServerLocal.Low + (ulong)_random.Next(3) };
            return;
        }

        var now = Pair.Host.Address;
        _conversation.Rebind(_random.Next(2) == 0
            ? now with { Port = (ushort)_random.Next(1024, 65_536) }
            : PeerAddress.FromIPv4(0x0B_00_00_00 | (uint)_random.Next(1, 1 << 24), (ushort)_random.Next(1024, 65_536)));
    }

    /// <summary>Somebody on the way copies some of the client's datagrams and is quicker.</summary>
    private void Spoof()
    {
        var thief = PeerAddress.FromIPv4(0x0C_00_00_00 | (uint)_random.Next(1, 1 << 24), 666);
        var count = _random.Next(1, 5);
        Pair.Filter = (toServer, datagram) =>
        {
            if (toServer && count-- > 0)
            {
                Pair.Copy(thief, datagram);
            }

            return true;
        };
    }

    private void Blackhole()
    {
        var until = Pair.Now + _random.NextInt64(LongestBlackhole);
        var which = _random.Next(3);
        if (which != 0)
        {
            Pair.Host.ToServer.BlackholeUntil(until);
        }

        if (which != 1)
        {
            Pair.Host.ToClient.BlackholeUntil(until);
        }
    }

    /// <summary>Another route carries smaller or larger datagrams.</summary>
    private void ChangeWhatThePathCarries()
    {
        if (_weather.Next(10) != 0)
        {
            return;
        }

        var mtu = ScenarioPlan.Mtus[_weather.Next(ScenarioPlan.Mtus.Length)];
        if (_weather.Next(2) == 0)
        {
            Pair.ToServer = Pair.ToServer with { Mtu = mtu };
        }
        else
        {
            Pair.ToClient = Pair.ToClient with { Mtu = mtu };
        }
    }

    /// <summary>
    /// Now and then the path is dead, one way or both, for up to half the idle timeout: what it loses besides may take its time as well, but the
    /// session lives.
    /// </summary>
    private void SurviveAnOutage()
    {
        if (_weather.Next(4) != 0)
        {
            return;
        }

        var length = _weather.NextInt64(_plan.Client.IdleTimeoutMs * 1000 / 2);
        var which = _weather.Next(3);
        if (which != 0)
        {
            Pair.Host.ToServer.BlackholeUntil(Pair.Now + length);
        }

        if (which != 1)
        {
            Pair.Host.ToClient.BlackholeUntil(Pair.Now + length);
        }

        RunFor(length);
        Assert.False(IsOver, $"An outage of {length / 1e6:0.0} s ended the session: {_conversation.Client!.End}, {_conversation.Server!.End}.");
    }
}
