using Chat.Messages;

namespace Chat.Client;

/// <summary>Makes requests of the lines that somebody types; knows which group they go to.</summary>
internal sealed class ChatInput(string group)
{
    public const string Help =
        "/join GROUP, /leave [GROUP], /who [GROUP], /groups, /to NAME TEXT, /away [REASON], /back, /quit; anything else is said in the group joined last";

    private string? _group = group;

    /// <summary>The request, or null and what is wrong with the line.</summary>
    public ChatRequest? Parse(string line, out string? problem)
    {
        problem = null;
        if (line.Length > ChatText.MaxLength)
        {
            problem = $"a line has at most {ChatText.MaxLength} characters";
            return null;
        }

        if (!line.StartsWith('/'))
        {
            return line.Length == 0 ? null : InGroup(null, name => new Say(name, line), out problem);
        }

        var (command, rest) = Split(line);
        switch (command)
        {
            case "/join" when ChatText.IsName(rest):
                _group = rest;
                return new JoinGroup(rest);
            case "/leave":
                return InGroup(rest, Leave, out problem);
            case "/who":
                return InGroup(rest, name => new ListMembers(name), out problem);
            case "/groups":
                return new ListGroups();
            case "/to" when Split(rest) is ({ Length: > 0 } name, { Length: > 0 } text):
                return new Tell(name, text);
            case "/away":
                return new SetAway(rest);
            case "/back":
                return new SetAway(null);
            case "/quit":
                return new Quit();
            default:
                problem = Help;
                return null;
        }
    }

    private static (string Word, string Remainder) Split(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (text, "") : (text[..space], text[(space + 1)..].Trim());
    }

    private LeaveGroup Leave(string name)
    {
        if (string.Equals(name, _group, StringComparison.OrdinalIgnoreCase))
        {
            _group = null;
        }

        return new LeaveGroup(name);
    }

    private ChatRequest? InGroup(string? name, Func<string, ChatRequest> create, out string? problem)
    {
        name = string.IsNullOrEmpty(name) ? _group : name;
        problem = name is null ? "in which group? /join GROUP" : null;
        return name is null ? null : create(name);
    }
}
