namespace Chat.Messages;

/// <summary>What may happen to somebody.</summary>
internal enum Presence
{
    /// <summary>Went away from the keyboard.</summary>
    Away,

    /// <summary>Is at the keyboard again.</summary>
    Back,

    /// <summary>Said goodbye.</summary>
    Quit,

    /// <summary>Was not heard from any more, or has connected anew.</summary>
    Lost,
}
