namespace UDPack.Testing;

/// <summary>
/// Losses in bursts: a link is in a good or a bad state and may change it with each datagram. The mean burst is
/// 1 / <see cref="End"/> datagrams long.
/// </summary>
public sealed record GilbertElliott
{
    /// <param name="begin">See <see cref="Begin"/>.</param>
    /// <param name="end">See <see cref="End"/>.</param>
    /// <param name="loss">See <see cref="Loss"/>.</param>
    public GilbertElliott(double begin, double end, double loss = 1) => (Begin, End, Loss) = (begin, end, loss);

    /// <summary>The probability, per datagram, that a good link turns bad.</summary>
    public double Begin { get; init => field = LinkConditions.Probability(value); }

    /// <summary>The probability, per datagram, that a bad link turns good.</summary>
    public double End { get; init => field = LinkConditions.Probability(value); }

    /// <summary>The probability that a datagram is lost while the link is bad.</summary>
    public double Loss { get; init => field = LinkConditions.Probability(value); }
}
