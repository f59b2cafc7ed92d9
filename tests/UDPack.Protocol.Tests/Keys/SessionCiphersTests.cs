using UDPack.Protocol.Crypto;
using UDPack.Protocol.Keys;

namespace UDPack.Protocol.Tests.Keys;

public sealed class SessionCiphersTests
{
    private const int Clear = 20;
    private const long ProbeTimeout = 100_000;
    private const long RestAfter = 2_000_000;

    private readonly SessionCiphers _one;
    private readonly SessionCiphers _other;

    public SessionCiphersTests()
    {
        var (there, back) = (new byte[32], new byte[32]);
        there[0] = 1;
        _one = Ciphers(there, back);
        _other = Ciphers(back, there);
    }

    [Fact]
    public void Datagrams_are_numbered_and_each_opens_once()
    {
        var first = Seal(_one, 0);
        Assert.Equal(1ul, _one.NextSequence);
        Assert.Equal(OpenResult.Ok, Open(_other, 0, [.. first]));
        Assert.Equal(OpenResult.Replayed, Open(_other, 0, [.. first]));
    }

    [Fact]
    public void An_update_is_due_after_so_many_datagrams_and_the_peer_follows()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.False(_one.IsUpdateDue);
            Open(_other, 0, Seal(_one, 0));
        }

        Assert.True(_one.IsUpdateDue);
        Assert.False(_one.IsOverdue);
        _one.Update();
        Assert.Equal(10ul, _one.GenerationStart);
        Assert.False(_one.IsUpdateDue);
        Assert.Equal(OpenResult.Ok, Open(_other, 0, Seal(_one, 0)));
    }

    [Fact]
    public void Late_datagrams_of_the_keys_before_open_for_three_probe_timeouts()
    {
        var (late, later) = (Seal(_one, 0), Seal(_one, 0));
        _one.Update();
        Open(_other, 1000, Seal(_one, 0));
        Assert.Equal(1000 + (3 * ProbeTimeout), _other.Deadline);
        Assert.Equal(OpenResult.Ok, Open(_other, 2000, late));
        _other.OnTimer(1000 + (3 * ProbeTimeout));
        Assert.Equal(OpenResult.UnknownGeneration, Open(_other, 400_000, later));
    }

    [Fact]
    public void It_rests_after_its_last_datagram_and_works_again_afterwards()
    {
        Seal(_one, 500_000);
        Assert.Equal(500_000 + RestAfter, _one.Deadline);
        Assert.False(_one.OnTimer(RestAfter));
        Assert.True(_one.OnTimer(500_000 + RestAfter));
        Assert.Equal(long.MaxValue, _one.Deadline);
        Assert.Equal(OpenResult.Ok, Open(_other, 0, Seal(_one, 9_000_000)));
    }

    [Fact]
    public void What_does_not_verify_wakes_it_once_so_that_it_rests_again()
    {
        Assert.False(_one.OnFailed(0));
        Assert.True(_one.OnTimer(RestAfter));
        Assert.True(_one.OnFailed(5_000_000));
        Assert.False(_one.OnFailed(5_000_001));
        Assert.Equal(5_000_000 + RestAfter, _one.Deadline);
    }

    [Fact]
    public void None_of_the_first_numbers_is_left_out_and_later_ones_are()
    {
        while (!_one.IsSkipDue)
        {
            Seal(_one, 0);
        }

        Assert.Equal(256ul, _one.NextSequence);
        _one.LeaveOut(oldestAwaited: 0, random: 9);
        Assert.Equal(256ul, _one.NextSequence);
        while (!_one.IsSkipDue)
        {
            Seal(_one, 0);
        }

        Assert.Equal(266ul, _one.NextSequence);
        _one.LeaveOut(oldestAwaited: 0, random: 9);
        Assert.Equal(267ul, _one.NextSequence);
    }

    private static SessionCiphers Ciphers(byte[] sealing, byte[] opening)
    {
        var factory = new SystemCipherFactory();
        return new SessionCiphers(
            new DatagramSealer(factory, CipherAlgorithm.Aes256Gcm, sealing), new DatagramOpener(factory, CipherAlgorithm.Aes256Gcm, opening), CipherAlgorithm.Aes256Gcm, 10, RestAfter, now: 0);
    }

    private static byte[] Seal(SessionCiphers ciphers, long now)
    {
        var datagram = new byte[100];
        return datagram[..ciphers.Seal(now, datagram, Clear, 40)];
    }

    private static OpenResult Open(SessionCiphers ciphers, long now, byte[] datagram) => ciphers.TryOpen(now, datagram, Clear, ProbeTimeout, out _, out _);
}
