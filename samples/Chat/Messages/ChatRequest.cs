using System.Text.Json.Serialization;

namespace Chat.Messages;

/// <summary>What a client asks of the server: one packet each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(JoinGroup), "join")]
[JsonDerivedType(typeof(LeaveGroup), "leave")]
[JsonDerivedType(typeof(Say), "say")]
[JsonDerivedType(typeof(Tell), "tell")]
[JsonDerivedType(typeof(SetAway), "away")]
[JsonDerivedType(typeof(ListMembers), "who")]
[JsonDerivedType(typeof(ListGroups), "groups")]
[JsonDerivedType(typeof(Quit), "quit")]
internal abstract record ChatRequest;

internal sealed record JoinGroup(string Group) : ChatRequest;

internal sealed record LeaveGroup(string Group) : ChatRequest;

/// <summary>To everybody in a group.</summary>
internal sealed record Say(string Group, string Text) : ChatRequest;

/// <summary>To one person.</summary>
internal sealed record Tell(string Name, string Text) : ChatRequest;

/// <summary>Away with a reason, which may be empty; null: back again.</summary>
internal sealed record SetAway(string? Reason) : ChatRequest;

internal sealed record ListMembers(string Group) : ChatRequest;

internal sealed record ListGroups : ChatRequest;

/// <summary>Everything asked before is answered before the answer to this.</summary>
internal sealed record Quit : ChatRequest;
