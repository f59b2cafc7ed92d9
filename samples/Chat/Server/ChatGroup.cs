using Chat.Messages;

namespace Chat.Server;

/// <summary>A group: who is in it, and what was said last. Only under the hub's lock.</summary>
internal sealed class ChatGroup(string name, int historyLength)
{
    private readonly Dictionary<string, Participant> _members = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<Said> _history = new();

    public string Name => name;

    public IReadOnlyCollection<Participant> Members => _members.Values;

    public bool Add(Participant member) => _members.TryAdd(member.Name, member);

    public bool Remove(Participant member) => _members.Remove(member.Name);

    public IReadOnlyList<Person> People() =>
        [.. _members.Values.Select(member => member.ToPerson()).OrderBy(person => person.Name, StringComparer.OrdinalIgnoreCase)];

    public IReadOnlyList<Said> History() => [.. _history];

    public void Say(Said said)
    {
        _history.Enqueue(said);
        if (_history.Count > historyLength)
        {
            _history.Dequeue();
        }

        Post(said);
    }

    /// <summary>Tells all members, or all but one.</summary>
    public void Post(ChatEvent happened, Participant? except = null)
    {
        // Written once, whatever the number of members.
        var bytes = ChatJson.Write(happened);
        foreach (var member in _members.Values)
        {
            if (member != except)
            {
                member.Post(bytes);
            }
        }
    }
}
