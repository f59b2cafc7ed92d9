using System.Net;
using System.Text.Json;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

/// <summary>The chat, as people at terminals see it.</summary>
public sealed class ChatTests : IDisposable
{
    private readonly ChatPrograms _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public async Task People_in_a_group_see_what_is_said_and_who_comes_and_goes()
    {
        await using var server = _chat.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);
        await using var ann = await _chat.JoinAsync(endpoint, "ann");
        await ann.TypeAsync("is anybody here?");
        await ann.OutputAsync("[lobby] ann: is anybody here?");

        // Who comes later reads what was said before.
        await using var bob = await _chat.JoinAsync(endpoint, "bob");
        Assert.Contains("* you are in lobby with ann, bob", bob.Output);
        Assert.EndsWith(" ann: is anybody here?", await bob.OutputAsync("[lobby] ("), StringComparison.Ordinal);
        await ann.OutputAsync("* bob joined lobby");

        await bob.TypeAsync("yes, me");
        await ann.OutputAsync("[lobby] bob: yes, me");
        await bob.TypeAsync("/away having lunch");
        await ann.OutputAsync("* bob is away: having lunch");
        await ann.TypeAsync("/who");
        await ann.OutputAsync("* in lobby: ann, bob (away: having lunch)");
        await bob.TypeAsync("/back");
        await ann.OutputAsync("* bob is back");
        await bob.TypeAsync("/leave");
        await ann.OutputAsync("* bob left lobby");
        await bob.TypeAsync("/leave lobby");
        await bob.OutputAsync("* not done: you are not in the group lobby");

        bob.EndInput();
        Assert.Equal(0, await bob.ExitAsync());
        Assert.Empty(bob.Error);
        await server.OutputAsync("bob is gone");
    }

    [Fact]
    public async Task Groups_and_direct_messages_are_for_whom_they_are_for()
    {
        await using var server = _chat.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);
        await using var ann = await _chat.JoinAsync(endpoint, "ann", "cats");
        await using var bob = await _chat.JoinAsync(endpoint, "bob", "dogs");
        await using var cid = await _chat.JoinAsync(endpoint, "cid", "dogs");

        await bob.TypeAsync("dogs only");
        await cid.OutputAsync("[dogs] bob: dogs only");
        await bob.TypeAsync("/to ANN between \u001b[2Jus");
        await ann.OutputAsync("[bob to ann] between  [2Jus");
        await bob.TypeAsync("/to dan are you there?");
        await bob.OutputAsync("* not done: dan is not here");
        await ann.TypeAsync("/groups");
        await ann.OutputAsync("* groups: cats (1), dogs (2)");
        await ann.TypeAsync("/join dogs");
        await cid.OutputAsync("* ann joined dogs");
        await ann.TypeAsync("/quit");
        await cid.OutputAsync("* ann left the chat");

        Assert.Equal(0, await ann.ExitAsync());
        Assert.DoesNotContain(cid.Output, line => line.Contains("between", StringComparison.Ordinal));
        Assert.DoesNotContain(ann.Output, line => line.StartsWith("[dogs] bob", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Input_that_is_piped_is_said_and_answered_before_the_end()
    {
        await using var server = _chat.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);
        await using var ann = _chat.StartClient(endpoint, "--name=ann");
        await ann.TypeAsync("one");
        await ann.TypeAsync("two");
        await ann.TypeAsync("/groups");
        ann.EndInput();

        Assert.Equal(0, await ann.ExitAsync());
        Assert.Equal(["* connected as ann", "* you are in lobby with ann", "[lobby] ann: one", "[lobby] ann: two", "* groups: lobby (1)"], ann.Output);
    }

    [Fact]
    public async Task After_a_restart_of_the_server_everybody_is_back_in_their_groups()
    {
        await using var first = _chat.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(first);
        await using var ann = await _chat.JoinAsync(endpoint, "ann");
        await using var bob = await _chat.JoinAsync(endpoint, "bob");
        await ann.TypeAsync("/join cats");
        await ann.OutputAsync("* you are in cats with ann");
        await bob.TypeAsync("/join cats");
        await ann.OutputAsync("* bob joined cats");

        await first.KillAsync();
        await using var second = _chat.StartServer(endpoint.Port);
        await EchoFolder.ListeningAsync(second);
        await second.OutputAsync("ann is here");
        await second.OutputAsync("bob is here");

        // What is typed while there is no connection waits, too.
        await ann.OutputAsync("* the connection is lost");
        await ann.OutputAsync("* you are in cats with ", await CountAsync(ann, "* the connection is lost"));
        await bob.OutputAsync("* you are in cats with ", await CountAsync(bob, "* the connection is lost"));
        await ann.TypeAsync("still here");
        await bob.OutputAsync("[cats] ann: still here");
    }

    [UnixFact]
    public async Task A_server_that_stops_says_goodbye_and_nobody_is_said_to_leave()
    {
        await using var first = _chat.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(first);
        await using var ann = await _chat.JoinAsync(endpoint, "ann");
        await using var bob = await _chat.JoinAsync(endpoint, "bob");
        await ann.OutputAsync("* bob joined lobby");

        first.Terminate();
        Assert.Equal(0, await first.ExitAsync());
        await ann.OutputAsync("* the connection is lost (ClosedByPeer), connecting again");
        await ann.TypeAsync("said while nobody listens");
        await using var second = _chat.StartServer(endpoint.Port);

        await ann.OutputAsync("[lobby] ann: said while nobody listens");
        Assert.DoesNotContain("* bob left the chat", ann.Output);
    }

    [Fact]
    public async Task Others_see_that_somebody_lost_the_connection()
    {
        await using var server = _chat.StartServer(0, "--Udpack:Server:Session:IdleTimeout=00:00:05");
        var endpoint = await EchoFolder.ListeningAsync(server);
        await using var ann = await _chat.JoinAsync(endpoint, "ann");
        await using var bob = await _chat.JoinAsync(endpoint, "bob");

        await bob.KillAsync();

        await ann.OutputAsync("* bob lost the connection");
    }

    [Fact]
    public async Task Who_connects_twice_is_there_once()
    {
        await using var server = _chat.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);
        await using var ann = await _chat.JoinAsync(endpoint, "ann");
        await using var old = await _chat.ConnectAsync(endpoint, "bob");
        await old.SendAsync("""{"type":"join","group":"lobby"}"""u8.ToArray());
        await ann.OutputAsync("* bob joined lobby");

        await using var bob = await _chat.JoinAsync(endpoint, "bob");

        await ann.OutputAsync("* bob lost the connection");
        Assert.Contains("* you are in lobby with ann, bob", bob.Output);
        await EndAsync(old);
        Assert.Equal(SessionEndCause.PeerError, old.CloseReason!.Cause);
    }

    [Fact]
    public async Task Somebody_who_does_not_read_holds_nobody_up_and_is_told_what_is_missing()
    {
        const int lines = 400;
        const string limits = "--Udpack:Server:Limits";
        await using var server = _chat.StartServer(0, "--Chat:QueueLength=64", $"{limits}:SendBufferBytes=16384", $"{limits}:MaxSendBufferBytes=16384");
        var endpoint = await EchoFolder.ListeningAsync(server);
        await using var ann = await _chat.JoinAsync(endpoint, "ann");
        await using var bob = await _chat.JoinAsync(endpoint, "bob");
        await using var slow = await _chat.ConnectAsync(
            endpoint, "slow", new UdpackSessionOptions { SessionCreditBytes = 16384, MaxSessionCreditBytes = 16384 });
        await slow.SendAsync("""{"type":"join","group":"lobby"}"""u8.ToArray());
        await ann.OutputAsync("* slow joined lobby");

        // Bob reads on, however slow this machine is: there is never more on the way to him than his queue takes.
        var said = 0;
        while (said < lines)
        {
            await ann.TypeAsync(Line(said++));
            if (said % 40 == 0)
            {
                await bob.OutputAsync($"ann: {Line(said - 1)}");
            }
        }

        // There is room again while it reads; what is said then comes after the gap.
        var reading = ReadOverGapAsync(slow);
        while (!reading.IsCompleted)
        {
            await ann.TypeAsync(Line(said));
            await bob.OutputAsync($"ann: {Line(said++)}");
        }

        var (before, missed, after) = await reading;
        Assert.InRange(missed, 1, said);
        Assert.Equal(before + missed + 1, after);
        Assert.DoesNotContain(bob.Output, line => line.Contains("missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_somebody_else_signed_is_refused()
    {
        await using var server = _chat.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);
        var token = await _chat.IssueTokenAsync("ann");
        await using var ann = _chat.StartClientWithToken(endpoint, token);
        await ann.OutputAsync("* connected as ann");

        await using var forged = _chat.StartClientWithToken(endpoint, token.Replace("ann", "bob", StringComparison.Ordinal));

        await forged.FailsWithAsync("error: The client 'chat' has given up: * refused the token *");
        await server.OutputAsync("refused: the token was not signed with Chat:Secret");
    }

    [Fact]
    public async Task A_client_that_sends_something_else_ends_its_own_session_only()
    {
        await using var server = _chat.StartServer();
        var endpoint = await EchoFolder.ListeningAsync(server);
        await using var ann = await _chat.JoinAsync(endpoint, "ann");
        foreach (var packet in (string[])["", "{", "null", "[]", """{"type":"say"}""", """{"type":"say","group":null,"text":"x"}""", """{"type":"sing"}"""])
        {
            await using var other = await _chat.ConnectAsync(endpoint, "bob");
            await other.SendAsync(System.Text.Encoding.UTF8.GetBytes(packet));
            await EndAsync(other);
            Assert.Equal(SessionEndCause.PeerError, other.CloseReason!.Cause);
        }

        await ann.TypeAsync("hello");
        await ann.OutputAsync("[lobby] ann: hello");
    }

    [Theory]
    [InlineData("--name=two words", "error: --name is missing, or is not a name: 1 to 32 letters, *")]
    [InlineData("--Chat:Secret=short", "error: Chat:Secret is not set, or shorter than 16 characters. *")]
    public async Task What_is_wrong_is_said_in_one_line(string argument, string message)
    {
        await using var client = _chat.StartClient(new IPEndPoint(IPAddress.Loopback, 9), "--name=ann", argument);
        await client.FailsWithAsync(message);
    }

    private static string Line(int number) => $"line {number} {new string('.', 1000)}";

    private static async Task<int> CountAsync(Program program, string text)
    {
        await program.OutputAsync(text);
        return program.Output.TakeWhile(line => !line.Contains(text, StringComparison.Ordinal)).Count();
    }

    /// <summary>Reads until the first line after a gap: the number of the line before it, how many are missing, and the number of the line after.</summary>
    private static async Task<(int Before, int Missed, int After)> ReadOverGapAsync(UdpackSession session)
    {
        var (before, missed) = (-1, 0);
        await foreach (var packet in session.ReadAllAsync())
        {
            using (packet)
            {
                using var happened = JsonDocument.Parse(packet.Memory);
                switch (happened.RootElement.GetProperty("type").GetString())
                {
                    case "missed":
                        missed = happened.RootElement.GetProperty("count").GetInt32();
                        break;
                    case "said":
                        var number = int.Parse(happened.RootElement.GetProperty("text").GetString()!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
                        if (missed > 0)
                        {
                            return (before, missed, number);
                        }

                        Assert.Equal(before + 1, number);
                        before = number;
                        break;
                }
            }
        }

        throw new InvalidOperationException("The session ended before a gap.");
    }

    private static async Task EndAsync(UdpackSession session)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = session.Closed.Register(() => ended.TrySetResult());
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
