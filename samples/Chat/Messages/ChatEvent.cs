using System.Text.Json.Serialization;

namespace Chat.Messages;

/// <summary>What the server tells a client: one packet each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Welcome), "welcome")]
[JsonDerivedType(typeof(JoinedGroup), "joined")]
[JsonDerivedType(typeof(LeftGroup), "left")]
[JsonDerivedType(typeof(Said), "said")]
[JsonDerivedType(typeof(Told), "told")]
[JsonDerivedType(typeof(MemberJoined), "memberJoined")]
[JsonDerivedType(typeof(MemberLeft), "memberLeft")]
[JsonDerivedType(typeof(PresenceChanged), "presence")]
[JsonDerivedType(typeof(Members), "members")]
[JsonDerivedType(typeof(Groups), "groups")]
[JsonDerivedType(typeof(Missed), "missed")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Goodbye), "goodbye")]
internal abstract record ChatEvent;

/// <summary>The first event of a session: who the client is, by its token.</summary>
internal sealed record Welcome(string Name) : ChatEvent;

/// <summary>The client is in the group now.</summary>
internal sealed record JoinedGroup(string Group, IReadOnlyList<Person> People, IReadOnlyList<Said> History) : ChatEvent;

internal sealed record LeftGroup(string Group) : ChatEvent;

internal sealed record Said(string Group, string From, string Text, DateTimeOffset At) : ChatEvent;

/// <summary>A direct message; its sender gets it, too.</summary>
internal sealed record Told(string From, string To, string Text) : ChatEvent;

internal sealed record MemberJoined(string Group, string Name) : ChatEvent;

internal sealed record MemberLeft(string Group, string Name) : ChatEvent;

/// <summary>About somebody in one of the client's groups; once, however many groups they share.</summary>
internal sealed record PresenceChanged(string Name, Presence Presence, string? Reason = null) : ChatEvent;

internal sealed record Members(string Group, IReadOnlyList<Person> People) : ChatEvent;

internal sealed record Groups(IReadOnlyList<GroupInfo> List) : ChatEvent;

/// <summary>The client was too slow: so many events that belong here were thrown away.</summary>
internal sealed record Missed(int Count) : ChatEvent;

/// <summary>A request that cannot be fulfilled, and why.</summary>
internal sealed record Refused(string Reason) : ChatEvent;

internal sealed record Goodbye : ChatEvent;

/// <summary>Somebody in a group; away if there is a reason, which may be empty.</summary>
internal sealed record Person(string Name, string? Away);

internal sealed record GroupInfo(string Name, int Members);
