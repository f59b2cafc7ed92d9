using System.Globalization;
using Chat.Messages;

namespace Chat.Client;

/// <summary>Writes what happens, one line each, to standard output.</summary>
internal sealed class ChatScreen
{
    // Of each group, when the last message shown was said: after a reconnect the history repeats some.
    private readonly Dictionary<string, DateTimeOffset> _shown = new(StringComparer.OrdinalIgnoreCase);

    public static void Note(string text) => Console.WriteLine($"* {text}");

    public void Show(ChatEvent happened)
    {
        switch (happened)
        {
            case Said said:
                _shown[said.Group] = said.At;
                Console.WriteLine($"[{said.Group}] {said.From}: {said.Text}");
                break;
            case Told told:
                Console.WriteLine($"[{told.From} to {told.To}] {told.Text}");
                break;
            case JoinedGroup joined:
                Note($"you are in {joined.Group} with {Describe(joined.People)}");
                ShowHistory(joined.History);
                break;
            default:
                if (Describe(happened) is { } text)
                {
                    Note(text);
                }

                break;
        }
    }

    private static string? Describe(ChatEvent happened) => happened switch
    {
        Welcome welcome => $"connected as {welcome.Name}",
        LeftGroup left => $"you left {left.Group}",
        MemberJoined joined => $"{joined.Name} joined {joined.Group}",
        MemberLeft left => $"{left.Name} left {left.Group}",
        PresenceChanged { Presence: Presence.Away } away => $"{away.Name} is away{Reason(away.Reason)}",
        PresenceChanged { Presence: Presence.Back } back => $"{back.Name} is back",
        PresenceChanged { Presence: Presence.Quit } quit => $"{quit.Name} left the chat",
        PresenceChanged lost => $"{lost.Name} lost the connection",
        Members members => $"in {members.Group}: {Describe(members.People)}",
        Groups groups => $"groups: {string.Join(", ", groups.List.Select(group => $"{group.Name} ({group.Members})"))}",
        Missed missed => $"{missed.Count} lines are missing here: they came faster than they were read",
        Refused refused => $"not done: {refused.Reason}",
        _ => null,
    };

    private static string Describe(IReadOnlyList<Person> people) =>
        string.Join(", ", people.Select(person => person.Away is null ? person.Name : $"{person.Name} (away{Reason(person.Away)})"));

    private static string Reason(string? reason) => string.IsNullOrEmpty(reason) ? "" : $": {reason}";

    private void ShowHistory(IReadOnlyList<Said> history)
    {
        foreach (var said in history)
        {
            if (!_shown.TryGetValue(said.Group, out var last) || said.At > last)
            {
                _shown[said.Group] = said.At;
                var time = said.At.ToLocalTime().ToString("HH:mm", CultureInfo.InvariantCulture);
                Console.WriteLine($"[{said.Group}] ({time}) {said.From}: {said.Text}");
            }
        }
    }
}
