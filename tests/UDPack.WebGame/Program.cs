using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using UDPack;
using UDPack.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<Scores>();
builder.Services.AddUdpackServer().AddTokenValidator<PlayerTokens>().AddHandler<ScoreHandler>();
builder.Services.AddHealthChecks().AddUdpack();
var app = builder.Build();
app.MapGet("/score", (Scores scores) => $"{scores.Players} players, {scores.Points} points");
app.MapHealthChecks("/health");
await app.RunAsync();

public sealed class Scores
{
    private int _players;
    private int _points;

    public int Players => Volatile.Read(ref _players);

    public int Points => Volatile.Read(ref _points);

    public void Join() => Interlocked.Increment(ref _players);

    public void Leave() => Interlocked.Decrement(ref _players);

    public int Add(int points) => Interlocked.Add(ref _points, points);
}

public sealed class ScoreHandler(Scores scores) : UdpackPacketHandler
{
    protected override ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken)
    {
        scores.Join();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
        session.SendAsync(Encoding.UTF8.GetBytes($"{scores.Add(packet.Length)} points"), cancellationToken);

    protected override ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason)
    {
        scores.Leave();
        return ValueTask.CompletedTask;
    }
}

public sealed class PlayerTokens : ITokenValidator
{
    public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) => ValueTask.FromResult(
        context.GetTokenString().StartsWith("player:", StringComparison.Ordinal) ? TokenVerdict.Success() : TokenVerdict.Failure("not a player"));
}
