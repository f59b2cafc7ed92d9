using System.Buffers.Binary;
using UDPack.Protocol.Paths;

namespace UDPack.Protocol.Tests.Paths;

public sealed class PathValidationTests
{
    private const int Smallest = 60;
    private const int Largest = 1200;
    private const ulong Secret = 0x1122_3344_5566_7788;

    private static readonly NetworkPath Here = Path(1);
    private static readonly NetworkPath Elsewhere = Path(2);

    private PathValidation _validation;

    [Fact]
    public void A_new_path_is_asked_at_once_and_proven_by_the_answer_that_comes_back_by_it()
    {
        Assert.False(_validation.TryCount(0, Here, 1000));
        _validation.Begin(0, Here, 1000, Secret);
        Assert.True(_validation.TryChallenge(0, Smallest, Largest, out var length, out var challenge, out var path));
        Assert.Equal((Largest, Secret, Here), (length, challenge, path));

        Assert.True(_validation.IsProvenBy(Here, Answer(Secret)));
        Assert.False(_validation.IsProvenBy(Elsewhere, Answer(Secret)));
        Assert.False(_validation.IsProvenBy(Here, Answer(Secret + 1)));
        Assert.False(_validation.IsProvenBy(Here, Answer(Secret).AsSpan(1)));
        _validation.Forget();
        Assert.False(_validation.IsProvenBy(Here, Answer(Secret)));
    }

    [Fact]
    public void At_most_three_times_what_came_from_there_is_sent_there()
    {
        _validation.Begin(0, Here, 100, Secret);
        var sent = 0;
        for (var now = _validation.Deadline; now != long.MaxValue; now = _validation.Deadline)
        {
            if (!_validation.TryChallenge(now, Smallest, Largest, out var length, out _, out _))
            {
                break;
            }

            sent += length;
            _validation.OnChallengeSent(now, length, 100_000);
        }

        Assert.Equal(300, sent);
        Assert.Equal(long.MaxValue, _validation.Deadline);

        // More came from there, so that more may be sent.
        Assert.True(_validation.TryCount(7_000_000, Here, 50));
        Assert.Equal(7_000_000, _validation.Deadline);
        Assert.True(_validation.TryChallenge(7_000_000, Smallest, Largest, out var more, out _, out _));
        Assert.Equal(150, more);
    }

    [Fact]
    public void Four_challenges_go_out_each_after_twice_the_wait_before()
    {
        _validation.Begin(0, Here, 100_000, Secret);
        var times = new List<long>();
        var now = 0L;
        while (_validation.TryChallenge(now, Smallest, Largest, out var length, out _, out _))
        {
            times.Add(now);
            _validation.OnChallengeSent(now, length, 100_000);
            now = _validation.Deadline;
        }

        Assert.Equal([0, 100_000, 300_000, 700_000], times);
        Assert.Equal(PathValidation.MaxChallenges, times.Count);
        Assert.Equal(long.MaxValue, _validation.Deadline);
        Assert.False(_validation.TryCount(now, Here, 100));
    }

    [Fact]
    public void A_long_probe_timeout_of_the_known_path_does_not_delay_it()
    {
        _validation.Begin(0, Here, 100_000, Secret);
        _validation.TryChallenge(0, Smallest, Largest, out var length, out _, out _);
        _validation.OnChallengeSent(0, length, 60_000_000);
        Assert.Equal(1_000_000, _validation.Deadline);
    }

    private static NetworkPath Path(ushort port) => new(default, PeerAddress.FromIPv4(0x0A_00_00_01, port));

    private static byte[] Answer(ulong challenge)
    {
        var answer = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(answer, challenge);
        return answer;
    }
}
