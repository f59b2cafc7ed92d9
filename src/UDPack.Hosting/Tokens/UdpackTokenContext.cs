namespace UDPack.Hosting;

/// <summary>Who asks an <see cref="IUdpackTokenProvider"/> for a token.</summary>
/// <param name="ClientName">The client's name.</param>
public sealed record UdpackTokenContext(string ClientName);
