namespace UDPack.Benchmarks.Measurements;

/// <summary>One number of the report.</summary>
/// <param name="Subject">What was measured.</param>
/// <param name="Quantity">Which quantity of it.</param>
/// <param name="Best">The best round.</param>
/// <param name="Median">The median round.</param>
/// <param name="Unit">The unit of both.</param>
/// <param name="Ratio">How many times better than SslStream, median of the rounds; null where nothing is compared.</param>
internal sealed record Measurement(string Subject, string Quantity, double Best, double Median, string Unit, double? Ratio = null);
