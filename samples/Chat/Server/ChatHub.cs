using Chat.Messages;
using Microsoft.Extensions.Options;

namespace Chat.Server;

/// <summary>
/// All people and groups, in memory. One lock over all, and nothing slow inside it: events are put into queues, so that everybody sees them in the same order.
/// </summary>
internal sealed class ChatHub(IOptions<ChatOptions> options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Participant> _people = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ChatGroup> _groups = new(StringComparer.OrdinalIgnoreCase);

    public void Enter(Participant person)
    {
        lock (_gate)
        {
            // Who connects anew after a broken connection is here before the old session expires: the newer one counts.
            if (_people.TryGetValue(person.Name, out var former))
            {
                Remove(former, Presence.Lost);
                former.Disconnect();
            }

            _people.Add(person.Name, person);
            person.Post(new Welcome(person.Name));
        }
    }

    /// <param name="person">Who leaves.</param>
    /// <param name="how">What the others hear about it; null: nothing.</param>
    public void Exit(Participant person, Presence? how)
    {
        lock (_gate)
        {
            if (_people.TryGetValue(person.Name, out var present) && present == person)
            {
                Remove(person, how);
            }

            person.Complete();
        }
    }

    public void Handle(Participant person, ChatRequest request)
    {
        lock (_gate)
        {
            if (_people.TryGetValue(person.Name, out var present) && present == person && Answer(person, request) is { } problem)
            {
                person.Post(new Refused(problem));
            }
        }
    }

    /// <summary>Does what is asked; if that cannot be, the reason.</summary>
    private string? Answer(Participant person, ChatRequest request)
    {
        switch (request)
        {
            case JoinGroup join:
                return Join(person, join.Group);
            case Say or LeaveGroup or ListMembers:
                return AnswerMember(person, request);
            case Tell tell:
                return Tell(person, tell);
            case SetAway away:
                person.Away = away.Reason is null ? null : ChatText.Clean(away.Reason, ChatText.MaxReasonLength);
                PostToNeighbours(person, new PresenceChanged(person.Name, person.Away is null ? Presence.Back : Presence.Away, person.Away));
                return null;
            case ListGroups:
                person.Post(new Groups([.. _groups.Values
                    .Select(group => new GroupInfo(group.Name, group.Members.Count))
                    .OrderBy(group => group.Name, StringComparer.OrdinalIgnoreCase)
                    .Take(100)]));
                return null;
            case Quit:
                person.Post(new Goodbye());
                return null;
            default:
                return "this server does not know that request";
        }
    }

    private string? Tell(Participant person, Tell tell)
    {
        if (!_people.TryGetValue(tell.Name, out var other))
        {
            return $"{ChatText.Clean(tell.Name)} is not here";
        }

        var told = new Told(person.Name, other.Name, ChatText.Clean(tell.Text));
        other.Post(told);
        if (other != person)
        {
            person.Post(told);
        }

        return null;
    }

    private string? AnswerMember(Participant person, ChatRequest request)
    {
        var name = request switch
        {
            Say say => say.Group,
            LeaveGroup leave => leave.Group,
            ListMembers list => list.Group,
            _ => "",
        };
        if (!_groups.TryGetValue(name, out var group) || !person.Groups.Contains(group))
        {
            return $"you are not in the group {ChatText.Clean(name)}";
        }

        switch (request)
        {
            case Say say:
                group.Say(new Said(group.Name, person.Name, ChatText.Clean(say.Text), time.GetUtcNow()));
                break;
            case ListMembers:
                person.Post(new Members(group.Name, group.People()));
                break;
            case LeaveGroup:
                Leave(person, group);
                group.Post(new MemberLeft(group.Name, person.Name));
                person.Post(new LeftGroup(group.Name));
                break;
        }

        return null;
    }

    private string? Join(Participant person, string name)
    {
        if (!ChatText.IsName(name))
        {
            return $"a group's name is {ChatText.NameRule}";
        }

        if (person.Groups.Count >= options.Value.MaxGroupsPerPerson)
        {
            return $"nobody may be in more than {options.Value.MaxGroupsPerPerson} groups";
        }

        if (!_groups.TryGetValue(name, out var group))
        {
            if (_groups.Count >= options.Value.MaxGroups)
            {
                return $"there are {options.Value.MaxGroups} groups already, and no more may be";
            }

            _groups.Add(name, group = new ChatGroup(name, options.Value.HistoryLength));
        }

        if (group.Add(person))
        {
            person.Groups.Add(group);
            group.Post(new MemberJoined(group.Name, person.Name), except: person);
        }

        person.Post(new JoinedGroup(group.Name, group.People(), group.History()));
        return null;
    }

    private void Leave(Participant person, ChatGroup group)
    {
        person.Groups.Remove(group);
        group.Remove(person);
        if (group.Members.Count == 0)
        {
            // With its history: what is bounded is the number of groups that somebody is in.
            _groups.Remove(group.Name);
        }
    }

    private void Remove(Participant person, Presence? how)
    {
        if (how is { } presence)
        {
            PostToNeighbours(person, new PresenceChanged(person.Name, presence));
        }

        _people.Remove(person.Name);
        foreach (var group in person.Groups.ToList())
        {
            Leave(person, group);
        }
    }

    private static void PostToNeighbours(Participant person, PresenceChanged happened)
    {
        var bytes = ChatJson.Write(happened);
        foreach (var neighbour in person.Groups.SelectMany(group => group.Members).Distinct().Where(other => other != person))
        {
            neighbour.Post(bytes);
        }
    }
}
