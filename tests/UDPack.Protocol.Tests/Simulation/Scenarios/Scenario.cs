using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>
/// Two applications that do whatever they may over a session on a network that does whatever it likes, all drawn from one
/// seed. While it runs, <see cref="Invariants"/> hold at every step and both ends are told the truth; once the applications
/// only read, everything arrives; when the session is over, both ends know it and nothing is left behind.
/// </summary>
internal sealed partial class Scenario
{
    /// <summary>A probe timeout that doubled a few times at a lossy link's worst.</summary>
    private const long Patience = 250 * Pair.Second;

    private readonly Random _random;

    /// <summary>What the path does of its own, apart from the script, which the seed gives as it ever did.</summary>
    private readonly Random _weather;

    /// <summary>Values and sequenced messages; null for a script without them, as those were that failed before they existed.</summary>
    private readonly Random? _updates;
    private readonly ScenarioPlan _plan;
    private readonly List<Conversation> _conversations = [];
    private readonly Invariants _invariants;
    private readonly Conversation _conversation;
    private long _budget;

    private Scenario(int seed, bool sendsUpdates)
    {
        _random = new Random(seed);
        _weather = new Random(~seed);
        _updates = sendsUpdates ? new Random(seed ^ 0x5A5A5A5A) : null;
        _plan = ScenarioPlan.Draw(_random);
        _budget = _plan.Budget;
        Pair = new Pair(seed, _plan.Options) { ToServer = _plan.ToServer, ToClient = _plan.ToClient, KeepsTrace = false };
        _invariants = new Invariants(Pair, _conversations, _plan.Client, _plan.Server);
        _conversation = new Conversation(Pair, Pair.Host, Content.Mix((ulong)seed), _invariants.OnProven);
        _conversations.Add(_conversation);
        Pair.WhenReady = OnReady;
        Pair.Observer = _invariants;
    }

    public Pair Pair { get; }

    /// <summary>Plays one out; any assertion that fails is a bug.</summary>
    /// <param name="seed">What everything is drawn from.</param>
    /// <param name="prepare">Runs before the first datagram is sent.</param>
    /// <param name="sendsUpdates">Whether values and sequenced messages are sent too.</param>
    public static Scenario Play(int seed, Action<Pair>? prepare = null, bool sendsUpdates = false)
    {
        var scenario = new Scenario(seed, sendsUpdates);
        prepare?.Invoke(scenario.Pair);
        scenario.Play();
        return scenario;
    }

    private void Play()
    {
        var connecting = Pair.Connect(parameters: _plan.Client, attempts: 200, session: _plan.ClientSession);
        Pair.RunUntil(() => connecting.Session is not null, 7200 * Pair.Second);
        for (var step = 0; step < _plan.Steps && !IsOver; step++)
        {
            var party = Party();
            Act(party);
            SendUpdates();
            Pair.Flush();
            ChangeWhatThePathCarries();
            RunFor(_random.Next(3) switch { 0 => 0, 1 => _random.Next(20_000), _ => _random.Next(400_000) });
        }

        Pair.RunUntil(() => _conversation.Server is not null || _conversation.Client!.End is not null, 300 * Pair.Second);
        if (!IsOver)
        {
            SurviveAnOutage();
            LetEverythingArrive();
        }

        EndTheSession();
        ReadWhatIsLeft();
        Pair.Run(100 * Pair.Second);
        Pair.AssertNothingIsLeft();
    }

    private bool IsOver => _conversation.Parties.Any(static p => p.End is not null);

    private Party Party() => _conversation.Server is { } server && _random.Next(2) == 0 ? server : _conversation.Client!;

    private void OnReady(Session session, bool isServer)
    {
        var party = _conversation.Join(session, isServer);
        party.Reader.PerTurn = Pace();
        party.WhenStreamOpened = side =>
        {
            side.Reader.PerTurn = Pace();
            switch (_random.Next(8))
            {
                case 0:
                    side.Abort(StreamAbortCode.Refused);
                    break;
                case < 4:
                    side.Accept();
                    break;
            }
        };
    }

    private int? Pace() => _random.Next(4) switch { 0 => 0, 1 => 1, _ => null };

    /// <summary>Lets time pass while slow readers read slowly.</summary>
    private void RunFor(long micros)
    {
        const long turn = 50_000;
        for (; micros > 0; micros -= turn)
        {
            Pair.Run(Math.Min(turn, micros));
            TakeTurns();
        }
    }

    private void TakeTurns()
    {
        foreach (var party in _conversation.Parties)
        {
            party.TakeTurn();
        }

        Pair.Flush();
    }

    /// <summary>Nobody does anything new, and all read: what is under way arrives.</summary>
    private void LetEverythingArrive()
    {
        var finishes = _random.Next(4) != 0;
        foreach (var party in _conversation.Parties)
        {
            party.Reader.PerTurn = null;
            party.TakesValues = int.MaxValue;
            party.WhenStreamOpened += side =>
            {
                side.Reader.PerTurn = null;
                FinishIf(finishes, side);
            };
            foreach (var side in party.Streams)
            {
                side.Reader.PerTurn = null;
                FinishIf(finishes, side);
            }
        }

        TakeTurns();
        Await(() => _conversation.Parties.All(static p => IsSettled(p)) && (!finishes || _conversation.Parties.All(static p => p.Session.Streams is null or { Count: 0 })));
        foreach (var party in _conversation.Parties)
        {
            Assert.Equal(0, party.Session.Inbox.Window.Held);
        }
    }

    private static void FinishIf(bool finishes, StreamParty side)
    {
        if (finishes && side.IsWritable)
        {
            side.Finish();
        }
    }

    private static bool IsSettled(Party party)
    {
        if (!party.Out.IsComplete || !party.UpdatesOut.IsSettled || party.Session.Inbox.Window.Held != 0)
        {
            return false;
        }

        foreach (var side in party.Streams)
        {
            // An aborted stream is settled when both ends know it; what it carried may be lost.
            var isAborted = side.End is { Cause: not StreamEndCause.Completed } || side.Other?.End is { Cause: not StreamEndCause.Completed };
            if (isAborted ? side.End is null || side.Other is { End: null } : !side.Out.IsComplete)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What arrived before the end is still there.</summary>
    private void ReadWhatIsLeft()
    {
        foreach (var party in _conversation.Parties)
        {
            party.Reader.PerTurn = null;
            party.Streams.ForEach(static side => side.Reader.PerTurn = null);
        }

        TakeTurns();
    }

    /// <summary>Waits as long as anything moves.</summary>
    private void Await(Func<bool> condition)
    {
        var (last, since) = (0L, Pair.Now);
        Pair.RunUntil(
            () =>
            {
                Assert.False(IsOver, $"The session ended by itself: {_conversation.Client!.End}, {_conversation.Server!.End}.");
                var progress = Progress();
                (last, since) = progress == last ? (last, since) : (progress, Pair.Now);
                Assert.True(Pair.Now - since < Patience, $"Nothing moves: a deadlock. {Describe()}");
                return condition();
            },
            long.MaxValue / 4);
    }

    private long Progress()
    {
        var progress = 0L;
        foreach (var party in _conversation.Parties)
        {
            progress += party.Session.Inbox.Window.Used + party.Out.Done + party.In.Settled + party.UpdatesIn.Arrived;
            foreach (var side in party.Streams)
            {
                progress += side.Out.Done + side.In.Settled + (side.End is null ? 0 : 1) + (side.ReadsAreCompleted ? 1 : 0) + (side.WritesAreCompleted ? 1 : 0);
            }
        }

        return progress;
    }

    private string Describe() =>
        $"At {Pair.Now}, the client is at {Pair.Host.Address}, for the server at {_conversation.Server!.Session.RemoteAddress}. "
        + string.Join("", _conversation.Parties.Select(static party => party.Describe()));
}
