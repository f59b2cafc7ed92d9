using UDPack.Tool.Ping;

namespace UDPack.Tool.Tests.Ping;

public sealed class RttSamplesTests
{
    private const long Tolerance = 8;

    private long _smoothed = 20_000;
    private long _datagrams = 2;

    [Fact]
    public void Every_sample_is_found_in_the_smoothed_time()
    {
        var random = new Random(7);
        var samples = new RttSamples(Figures());
        for (var index = 0; index < 1000; index++)
        {
            var sample = random.Next(100, 50_000);
            Answer(sample);

            Assert.InRange((long)samples.Take(Figures())!.Value.TotalMicroseconds, sample - Tolerance, sample + Tolerance);
        }
    }

    [Fact]
    public void Nothing_received_is_no_sample()
    {
        var samples = new RttSamples(Figures());

        Assert.Null(samples.Take(Figures() with { DatagramsSent = 100 }));
    }

    [Fact]
    public void A_sample_that_equals_the_smoothed_time_counts()
    {
        var samples = new RttSamples(Figures());
        Answer(_smoothed);

        Assert.InRange((long)samples.Take(Figures())!.Value.TotalMicroseconds, _smoothed - Tolerance, _smoothed + Tolerance);
    }

    [Fact]
    public void Data_of_the_application_is_no_sample()
    {
        var samples = new RttSamples(Figures());
        _datagrams += 5;

        Assert.Null(samples.Take(Figures() with { MessagesReceived = 5 }));
    }

    [Fact]
    public void The_first_sample_of_a_session_is_the_smoothed_time()
    {
        var samples = new RttSamples(Figures() with { SmoothedRtt = TimeSpan.Zero });
        _datagrams++;

        Assert.Equal(TimeSpan.FromMicroseconds(_smoothed), samples.Take(Figures()));
    }

    [Fact]
    public void Two_equal_samples_at_once_pass_for_one_of_them()
    {
        var samples = new RttSamples(Figures());
        Answer(40_000);
        Answer(40_000);

        Assert.InRange((long)samples.Take(Figures())!.Value.TotalMicroseconds, 40_000 - Tolerance, 40_000 + Tolerance);
    }

    /// <summary>As RFC 9002, 5.3 says.</summary>
    private void Answer(long sample)
    {
        _datagrams++;
        _smoothed = ((7 * _smoothed) + sample) / 8;
    }

    private UdpackSessionStatistics Figures() => new()
    {
        SmoothedRtt = TimeSpan.FromMicroseconds(_smoothed),
        DatagramsReceived = _datagrams,
        DatagramsSent = _datagrams,
    };
}
