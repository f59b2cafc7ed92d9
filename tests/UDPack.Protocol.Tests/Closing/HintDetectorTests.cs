using UDPack.Protocol.Closing;

namespace UDPack.Protocol.Tests.Closing;

public sealed class HintDetectorTests
{
    private HintDetector _hints = new();

    [Fact]
    public void The_first_hint_is_a_reason_to_ask_and_no_more()
    {
        Assert.Equal(long.MaxValue, _hints.Deadline);
        Assert.Equal(HintAdvice.Ask, _hints.OnHint(1000));
        _hints.OnAsked(2000);
        Assert.Equal(2000, _hints.Deadline);
    }

    [Fact]
    public void As_many_pings_in_a_row_answered_by_hints_are_believed_once_the_time_has_passed()
    {
        Ask(HintAdvice.Ask, 0);
        Answer(HintAdvice.Wait, 100_000);
        Answer(HintAdvice.Wait, 300_000);
        Answer(HintAdvice.Wait, 400_000);
        Answer(HintAdvice.Believe, HintDetector.Period);
    }

    [Fact]
    public void Many_hints_for_one_ping_count_once()
    {
        Ask(HintAdvice.Ask, 0);
        Assert.Equal(HintAdvice.Wait, _hints.OnHint(HintDetector.Period));
        for (var i = 1; i < 100; i++)
        {
            Assert.Equal(HintAdvice.Wait, _hints.OnHint(HintDetector.Period + i));
        }
    }

    [Fact]
    public void A_ping_that_no_hint_answers_begins_the_count_again()
    {
        Ask(HintAdvice.Ask, 0);
        Answer(HintAdvice.Wait, 100_000);
        Answer(HintAdvice.Wait, 200_000);
        _hints.OnAsked(700_000);
        Assert.Equal(HintAdvice.Wait, _hints.OnHint(600_000));
    }

    [Fact]
    public void Anything_that_verifies_makes_it_forget()
    {
        Ask(HintAdvice.Ask, 0);
        Answer(HintAdvice.Wait, 300_000);
        _hints.Forget();
        Assert.Equal(long.MaxValue, _hints.Deadline);
        Assert.Equal(HintAdvice.Ask, _hints.OnHint(600_000));
    }

    private void Ask(HintAdvice expected, long now)
    {
        Assert.Equal(expected, _hints.OnHint(now));
        _hints.OnAsked(now + 100_000);
    }

    private void Answer(HintAdvice expected, long now)
    {
        Assert.Equal(expected, _hints.OnHint(now));
        _hints.OnAsked(now + 100_000);
    }
}
